// A receiver that is reached without the proxy, as `delivery.no-proxy` lists it: a network, or a domain with all below it.

package import Loop

package enum ProxyExemption: Hashable, Sendable, CustomStringConvertible {
    case network(AddressRange)
    /// In lower case.
    case domain(String)

    package struct Fault: Error, Equatable, Sendable, CustomStringConvertible {
        package let description: String
    }

    package init(_ text: String) throws(Fault) {
        if let network = try? AddressRange(text) {
            self = .network(network)
        } else if let url = try? HTTPURL("http://\(text)/"), url.host == text.lowercased() {
            self = .domain(url.host)
        } else {
            throw Fault(
                description: "this is neither a network such as \"10.0.0.0/8\" nor a domain such as \"example.com\"")
        }
    }

    package func holds(_ host: String, at address: IPAddress) -> Bool {
        switch self {
        case .network(let network): network.contains(address)
        case .domain(let domain): host == domain || host.hasSuffix("." + domain)
        }
    }

    package var description: String {
        switch self {
        case .network(let network): network.description
        case .domain(let domain): domain
        }
    }
}
