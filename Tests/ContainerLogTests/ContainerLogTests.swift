import Testing

@testable import ContainerLog
