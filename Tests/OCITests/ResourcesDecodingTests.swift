import OCI
import Testing

@Suite("Decoding of resources")
struct ResourcesDecodingTests {
    private func parse(_ text: String) throws(RuntimeError) -> Resources { try Resources.parse(Array(text.utf8)) }

    @Test("nothing set is nothing changed")
    func empty() throws {
        #expect(try parse("{}") == Resources())
        #expect(
            try parse(#"{"memory":{},"cpu":{"cpus":""},"pids":{},"blockIO":{},"network":{},"rdma":{}}"#) == Resources()
        )
        #expect(
            try parse(#"{"memory":{"limit":null},"pids":{"limit":null},"pids":null,"devices":null}"#) == Resources()
        )
    }

    @Test("memory and cpu are read member by member")
    func memoryAndCPU() throws {
        let resources = try parse(
            #"""
            {"memory": {"limit": -1, "reservation": 2, "swap": 3, "kernel": 4, "kernelTCP": 5, "swappiness": 6,
                        "disableOOMKiller": false, "useHierarchy": true, "checkBeforeUpdate": true},
             "cpu": {"shares": 1, "quota": -1, "burst": 3, "period": 4, "realtimeRuntime": 5, "realtimePeriod": 6,
                     "cpus": "0-1", "mems": "0", "idle": 1}}
            """#
        )
        var memory = Resources.Memory()
        (memory.limit, memory.reservation, memory.swap, memory.kernel, memory.kernelTCP) = (-1, 2, 3, 4, 5)
        memory.swappiness = 6
        (memory.disableOOMKiller, memory.useHierarchy, memory.checkBeforeUpdate) = (false, true, true)
        #expect(resources.memory == memory)
        var cpu = Resources.CPU()
        (cpu.shares, cpu.quota, cpu.burst, cpu.period) = (1, -1, 3, 4)
        (cpu.realtimeRuntime, cpu.realtimePeriod, cpu.cpus, cpu.mems, cpu.idle) = (5, 6, "0-1", "0", 1)
        #expect(resources.cpu == cpu)
    }

    @Test("devices, pids, hugepages, network, rdma and unified are read member by member")
    func others() throws {
        let resources = try parse(
            #"""
            {"devices": [{"allow": false, "access": "rwm"}, {"allow": true, "type": "", "major": null},
                         {"allow": true, "type": "c", "major": 10, "minor": -1, "access": "r"}],
             "pids": {"limit": 7}, "hugepageLimits": [{"pageSize": "2MB", "limit": 9}],
             "network": {"classID": 1048577, "priorities": [{"name": "eth0", "priority": 5}]},
             "rdma": {"mlx5_1": {"hcaHandles": 3, "hcaObjects": 4}, "mlx4_0": {}},
             "unified": {"memory.high": "max"}}
            """#
        )
        var denied = Resources.DeviceRule(allow: false)
        denied.access = "rwm"
        var allowed = Resources.DeviceRule(allow: true)
        (allowed.type, allowed.major, allowed.minor, allowed.access) = ("c", 10, -1, "r")
        #expect(resources.devices == [denied, Resources.DeviceRule(allow: true), allowed])
        #expect(resources.pidsLimit == 7)
        #expect(resources.hugepageLimits == [.init(pageSize: "2MB", limit: 9)])
        #expect(resources.networkClassID == 0x100001)
        #expect(resources.networkPriorities == [.init(name: "eth0", priority: 5)])
        var limit = Resources.RdmaLimit()
        (limit.hcaHandles, limit.hcaObjects) = (3, 4)
        #expect(resources.rdma == ["mlx5_1": limit, "mlx4_0": .init()])
        #expect(resources.unified == ["memory.high": "max"])
    }

    @Test("block I/O is read member by member")
    func blockIO() throws {
        let resources = try parse(
            #"""
            {"blockIO": {"weight": 10, "leafWeight": 11, "weightDevice": [{"major": 8, "minor": 0, "weight": 500, "leafWeight": 300}],
              "throttleReadBpsDevice": [{"major": 8, "minor": 1, "rate": 1}],
              "throttleWriteBpsDevice": [{"major": 8, "minor": 2, "rate": 2}],
              "throttleReadIOPSDevice": [{"major": 8, "minor": 3, "rate": 3}],
              "throttleWriteIOPSDevice": [{"major": 8, "minor": 4, "rate": 4}]}}
            """#
        )
        var blockIO = Resources.BlockIO()
        (blockIO.weight, blockIO.leafWeight) = (10, 11)
        var device = Resources.BlockIO.WeightDevice(major: 8, minor: 0)
        (device.weight, device.leafWeight) = (500, 300)
        blockIO.weightDevice = [device]
        blockIO.throttleReadBpsDevice = [.init(major: 8, minor: 1, rate: 1)]
        blockIO.throttleWriteBpsDevice = [.init(major: 8, minor: 2, rate: 2)]
        blockIO.throttleReadIOPSDevice = [.init(major: 8, minor: 3, rate: 3)]
        blockIO.throttleWriteIOPSDevice = [.init(major: 8, minor: 4, rate: 4)]
        #expect(resources.blockIO == blockIO)
    }

    @Test("names in another case are taken, as update's callers write them")
    func caseInsensitive() throws {
        #expect(try parse(#"{"CPU":{"Cpus":"1"},"Memory":{"Limit":5}}"#).cpu.cpus == "1")
        #expect(try parse(#"{"BlockIO":{"Weight":5}}"#).blockIO.weight == 5)
    }
}
