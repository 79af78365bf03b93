internal import OCI

/// The output of `list`.
enum ListPage {
    /// `null` for no container as JSON, as callers of runc know it.
    static func text(of reports: [StateReport], format: OutputFormat) -> String {
        switch format {
        case .table: table(of: reports)
        case .json: String(decoding: StateReport.list(reports), as: UTF8.self) + "\n"
        }
    }

    private static func table(of reports: [StateReport]) -> String {
        let rows = reports.map {
            [$0.id, String($0.pid), $0.status.rawValue, $0.bundle, $0.created, $0.owner]
        }
        return Columns.text(of: [["ID", "PID", "STATUS", "BUNDLE", "CREATED", "OWNER"]] + rows)
    }
}

/// Text in columns that are as wide as their widest cell and three spaces, and at least twelve.
enum Columns {
    static func text(of rows: [[String]]) -> String {
        let widths = (rows.first ?? []).indices.map { (column) in
            max(12, (rows.map { $0[column].unicodeScalars.count }.max() ?? 0) + 3)
        }
        return rows.map { line(of: $0, widths) }.joined()
    }

    /// The last cell is not filled up.
    private static func line(of row: [String], _ widths: [Int]) -> String {
        var line = ""
        for (index, cell) in row.enumerated() {
            line += cell
            if index == row.count - 1 { break }
            line += String(repeating: " ", count: widths[index] - cell.unicodeScalars.count)
        }
        return line + "\n"
    }
}
