/// What a cgroup has used, as `events --stats` tells it. What the host does not count is 0, empty or nil.
package struct CgroupStats: Equatable, Sendable {
    /// Nanoseconds of CPU time.
    package struct CPU: Equatable, Sendable {
        package var total: UInt64 = 0
        /// v1 only: one value a CPU.
        package var perCPU: [UInt64] = []
        package var perCPUKernel: [UInt64] = []
        package var perCPUUser: [UInt64] = []
        package var kernel: UInt64 = 0
        package var user: UInt64 = 0
        package var periods: UInt64 = 0
        package var throttledPeriods: UInt64 = 0
        /// Nanoseconds.
        package var throttledTime: UInt64 = 0
        package var burstPeriods: UInt64 = 0
        /// Nanoseconds.
        package var burstTime: UInt64 = 0
        package var pressure: Pressure?
    }

    /// v1 only.
    package struct CPUSet: Equatable, Sendable {
        package var cpus: [UInt16] = []
        package var cpuExclusive: UInt64 = 0
        package var mems: [UInt16] = []
        package var memHardwall: UInt64 = 0
        package var memExclusive: UInt64 = 0
        package var memoryMigrate: UInt64 = 0
        package var memorySpreadPage: UInt64 = 0
        package var memorySpreadSlab: UInt64 = 0
        package var memoryPressure: UInt64 = 0
        package var schedLoadBalance: UInt64 = 0
        package var schedRelaxDomainLevel: Int64 = 0
    }

    /// Bytes; a limit that there is none of is `UInt64.max` on v2 and what the kernel says on v1.
    package struct MemoryCounter: Equatable, Sendable {
        package var limit: UInt64 = 0
        package var usage: UInt64 = 0
        package var max: UInt64 = 0
        package var failureCount: UInt64 = 0
    }

    package struct Memory: Equatable, Sendable {
        package var cache: UInt64 = 0
        package var usage = MemoryCounter()
        /// Memory and swap together, on v2 too.
        package var swap = MemoryCounter()
        package var kernel = MemoryCounter()
        package var kernelTCP = MemoryCounter()
        /// memory.stat as it is.
        package var raw: [String: UInt64] = [:]
        package var pressure: Pressure?
    }

    package struct Pids: Equatable, Sendable {
        package var current: UInt64 = 0
        /// 0: no limit.
        package var limit: UInt64 = 0
    }

    package struct DeviceCounter: Equatable, Sendable {
        package var major: UInt64
        package var minor: UInt64
        /// `Read`, `Write`, `Sync` … or empty.
        package var operation: String
        package var value: UInt64
    }

    package struct BlockIO: Equatable, Sendable {
        package var serviceBytes: [DeviceCounter] = []
        package var serviced: [DeviceCounter] = []
        package var queued: [DeviceCounter] = []
        package var serviceTime: [DeviceCounter] = []
        package var waitTime: [DeviceCounter] = []
        package var merged: [DeviceCounter] = []
        package var time: [DeviceCounter] = []
        package var sectors: [DeviceCounter] = []
        package var pressure: Pressure?
    }

    package struct HugePages: Equatable, Sendable {
        /// Bytes.
        package var usage: UInt64 = 0
        package var max: UInt64 = 0
        package var failureCount: UInt64 = 0
    }

    package struct RdmaEntry: Equatable, Sendable {
        package var device: String
        /// `UInt32.max`: no limit.
        package var hcaHandles: UInt32 = 0
        package var hcaObjects: UInt32 = 0
    }

    /// Pressure stall information (the kernel's Documentation/accounting/psi.rst): per cent of the last 10, 60 and 300
    /// seconds, and microseconds in all.
    package struct Pressure: Equatable, Sendable {
        package struct Share: Equatable, Sendable {
            package var avg10 = 0.0
            package var avg60 = 0.0
            package var avg300 = 0.0
            package var total: UInt64 = 0
        }

        package var some = Share()
        package var full = Share()
    }

    package var cpu = CPU()
    package var cpuset = CPUSet()
    package var memory = Memory()
    package var pids = Pids()
    package var blockIO = BlockIO()
    /// By page size (`2MB`); reservations where the kernel counts them.
    package var hugePages: [String: HugePages] = [:]
    package var rdmaLimit: [RdmaEntry] = []
    package var rdmaCurrent: [RdmaEntry] = []

    package init() {}
}
