/// config.json's `linux.resources`, and what `update` takes. nil: leave as it is.
package struct Resources: Equatable, Sendable {
    package struct DeviceRule: Equatable, Sendable {
        package var allow: Bool
        /// `a`, `c` or `b`.
        package var type = "a"
        /// nil or -1: every number.
        package var major: Int64?
        package var minor: Int64?
        /// Of `r`, `w`, `m`.
        package var access = ""

        package init(allow: Bool) { self.allow = allow }
    }

    package struct Memory: Equatable, Sendable {
        /// Bytes; -1: no limit.
        package var limit: Int64?
        package var reservation: Int64?
        package var swap: Int64?
        package var kernel: Int64?
        package var kernelTCP: Int64?
        package var swappiness: UInt64?
        package var disableOOMKiller: Bool?
        package var useHierarchy: Bool?
        package var checkBeforeUpdate: Bool?

        package init() {}
    }

    package struct CPU: Equatable, Sendable {
        package var shares: UInt64?
        /// Microseconds; -1: no limit.
        package var quota: Int64?
        package var burst: UInt64?
        package var period: UInt64?
        package var realtimeRuntime: Int64?
        package var realtimePeriod: UInt64?
        package var cpus: String?
        package var mems: String?
        package var idle: Int64?

        package init() {}
    }

    package struct BlockIO: Equatable, Sendable {
        package struct WeightDevice: Equatable, Sendable {
            package var major: Int64
            package var minor: Int64
            package var weight: UInt16?
            package var leafWeight: UInt16?

            package init(major: Int64, minor: Int64) {
                self.major = major
                self.minor = minor
            }
        }

        package struct ThrottleDevice: Equatable, Sendable {
            package var major: Int64
            package var minor: Int64
            /// Bytes or operations a second.
            package var rate: UInt64

            package init(major: Int64, minor: Int64, rate: UInt64) {
                self.major = major
                self.minor = minor
                self.rate = rate
            }
        }

        package var weight: UInt16?
        package var leafWeight: UInt16?
        package var weightDevice: [WeightDevice] = []
        package var throttleReadBpsDevice: [ThrottleDevice] = []
        package var throttleWriteBpsDevice: [ThrottleDevice] = []
        package var throttleReadIOPSDevice: [ThrottleDevice] = []
        package var throttleWriteIOPSDevice: [ThrottleDevice] = []

        package init() {}
    }

    package struct HugepageLimit: Equatable, Sendable {
        /// `2MB`, `1GB` …
        package var pageSize: String
        package var limit: UInt64

        package init(pageSize: String, limit: UInt64) {
            self.pageSize = pageSize
            self.limit = limit
        }
    }

    package struct InterfacePriority: Equatable, Sendable {
        package var name: String
        package var priority: UInt32

        package init(name: String, priority: UInt32) {
            self.name = name
            self.priority = priority
        }
    }

    package struct RdmaLimit: Equatable, Sendable {
        package var hcaHandles: UInt32?
        package var hcaObjects: UInt32?

        package init() {}
    }

    package var devices: [DeviceRule] = []
    package var memory = Memory()
    package var cpu = CPU()
    /// Highest number of tasks; -1: no limit, 0: as 1 (runc).
    package var pidsLimit: Int64?
    package var blockIO = BlockIO()
    package var hugepageLimits: [HugepageLimit] = []
    package var networkClassID: UInt32?
    package var networkPriorities: [InterfacePriority] = []
    package var rdma: [String: RdmaLimit] = [:]
    /// cgroup v2 file name to what is written into it.
    package var unified: [String: String] = [:]

    package init() {}
}
