internal import Linux
internal import OCI

/// A value of the spec that stands for "not given" when it is 0, as runc has it.
func given(_ value: Int64?) -> Int64? { value == 0 ? nil : value }

extension Resources.Memory {
    /// A limit that needs the memory controller on v2.
    var hasLimit: Bool { given(limit) != nil || given(reservation) != nil || given(swap) != nil }
}

extension Resources.CPU {
    var hasBandwidth: Bool {
        (shares ?? 0) != 0 || given(quota) != nil || (period ?? 0) != 0 || idle != nil || burst != nil
    }

    var cpuList: String { cpus ?? "" }
    var memList: String { mems ?? "" }
}

/// v1's cpu.shares (2...262144, 1024) as v2's cpu.weight (1...10000, 100): runc's curve through these three points,
/// 10^((l² + 125 l) / 612 - 7/34) with l = log2(shares), rounded up.
func cpuWeight(_ shares: UInt64) -> UInt64 {
    if shares <= 2 { return shares == 0 ? 0 : 1 }
    if shares >= 262_144 { return 10_000 }
    let l = Arithmetic.log2(Double(shares))
    let exponent = (l * l + 125 * l) / 612 - 7.0 / 34
    return UInt64(Arithmetic.power(10, exponent).rounded(.up))
}

/// v1's blkio.weight (10...1000) as v2's io.weight (1...10000).
func ioWeight(_ weight: UInt16) -> UInt64 {
    weight == 0 ? 0 : UInt64(1 + max(0, Int(weight) - 10) * 9999 / 990)
}

/// -1: no limit; 0 counts as 1, since systemd's driver knows no 0 and both shall do the same.
func pids(_ limit: Int64?) -> [Setting] {
    guard let limit else { return [] }
    return [Setting("pids.max", limit < 0 ? "max" : "\(max(limit, 1))")]
}

/// The limit of use, and that of reservations (Linux 5.7), which fails earlier and more gently.
func hugetlb(_ limits: [Resources.HugepageLimit], suffix: String) throws(RuntimeError) -> [Setting] {
    var settings: [Setting] = []
    for limit in limits {
        if limit.pageSize.utf8.contains(0x2f) {
            throw RuntimeError(.invalidSpec, "invalid hugepage size \"\(limit.pageSize)\"")
        }
        settings.append(Setting("hugetlb.\(limit.pageSize)\(suffix)", "\(limit.limit)"))
        settings.append(Setting("hugetlb.\(limit.pageSize).rsvd\(suffix)", "\(limit.limit)", .skipMissing))
    }
    return settings
}

func rdma(_ limits: [String: Resources.RdmaLimit]) -> [Setting] {
    limits.sorted { $0.key < $1.key }.map { (device, limit) in
        let handles = limit.hcaHandles.map { " hca_handle=\($0)" } ?? ""
        let objects = limit.hcaObjects.map { " hca_object=\($0)" } ?? ""
        return Setting("rdma.max", device + handles + objects)
    }
}
