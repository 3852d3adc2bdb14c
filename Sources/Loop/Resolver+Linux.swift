// The system's blocking resolver.

import CLinux
import Glibc

func lookUpBlocking(_ host: String) -> Result<[IPAddress], StreamError> {
    var hints = unsafe addrinfo()
    unsafe hints.ai_socktype = Int32(SOCK_STREAM.rawValue)
    var list: UnsafeMutablePointer<addrinfo>?
    let code = unsafe getaddrinfo(host, nil, &hints, &list)
    guard code == 0 else {
        return .failure(.lookup(host: host, reason: unsafe String(cString: gai_strerror(code))))
    }
    defer { unsafe freeaddrinfo(list) }
    var addresses: [IPAddress] = []
    var next = unsafe list
    while let entry = unsafe next {
        if let address = unsafe entry.pointee.ai_addr {
            var storage = sockaddr_storage()
            unsafe withUnsafeMutableBytes(of: &storage) {
                unsafe $0.copyMemory(
                    from: UnsafeRawBufferPointer(start: address, count: Int(entry.pointee.ai_addrlen)))
            }
            if let ip = SocketAddress(storage).ip, !addresses.contains(ip) { addresses.append(ip) }
        }
        unsafe next = entry.pointee.ai_next
    }
    return addresses.isEmpty ? .failure(.lookup(host: host, reason: "no address")) : .success(addresses)
}
