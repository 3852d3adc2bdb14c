// The proxy of deliveries, as the configuration has it.

import Gateway
import HTTP
import Language
import Telemetry

extension HTTPProxy {
    /// Nil inside: none is configured.
    static func configured(_ settings: DeliverySettings, in surroundings: Surroundings) throws(StartFault) -> HTTPProxy?
    {
        guard let url = settings.proxy else { return nil }
        var authorization: String?
        if let place = settings.proxyCredentials {
            let credentials: String
            do throws(SecretFault) {
                credentials = try surroundings.fetch(place).text.revealed
            } catch {
                throw StartFault("the credentials for the proxy cannot be had: \(error)")
            }
            guard credentials.contains(":"), credentials.utf8.allSatisfy({ $0 >= 0x20 && $0 != 0x7F }) else {
                throw StartFault("the credentials for the proxy in \(place.shown) are not `user:password`")
            }
            authorization = basicAuthorization(credentials)
        }
        let exemptions = settings.noProxy
        return HTTPProxy(host: url.host, port: url.port, authorization: authorization) { host, address in
            !exemptions.contains { $0.holds(host, at: address) }
        }
    }
}
