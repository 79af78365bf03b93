/// A path without `.`, empty parts and `..`, which never leads above the beginning. No slash at either end. By bytes: a
/// combining mark behind a slash makes one character of the two, which is no slash.
func cleaned(_ path: String) -> String {
    var parts: [Substring] = []
    for part in path.utf8.split(separator: UInt8(ascii: "/")).map({ Substring($0) }) where part != "." {
        if part == ".." { _ = parts.popLast() } else { parts.append(part) }
    }
    return parts.joined(separator: "/")
}

/// `base/path`, cleaned: nothing in `path` leads out of `base`.
func joined(_ base: String, _ path: String) -> String {
    let inner = cleaned(path)
    if inner.isEmpty { return base }
    return base == "/" ? "/" + inner : "\(base)/\(inner)"
}

/// The folder that holds `path`.
func parent(of path: String) -> String {
    guard let slash = path.utf8.lastIndex(of: UInt8(ascii: "/")), slash > path.startIndex else { return "/" }
    return String(path[..<slash])
}
