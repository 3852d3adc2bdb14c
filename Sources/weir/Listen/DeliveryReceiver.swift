// A tenant's endpoint as it should be: checks the signature first, answers quickly. Only that it shows everything.

import Crypto
import HTTP
import Loop
import Telemetry
import Webhooks

final class DeliveryReceiver: RequestHandler {
    private let loop: EventLoop
    private let verifier: WebhookVerifier
    private let answer: HTTPStatus
    private let countMax: Int?
    private var count = 0
    private var failure: CommandError?
    private(set) var refusedCount = 0
    private let finished = Gate()

    /// - answer: to what is genuine.
    /// - countMax: how many deliveries to wait for; nil: without end.
    init(on loop: EventLoop, verifier: WebhookVerifier, answer: HTTPStatus, countMax: Int?) {
        self.loop = loop
        self.verifier = verifier
        self.answer = answer
        self.countMax = countMax
    }

    /// Returns when all deliveries have come.
    func untilFinished() async throws(CommandError) {
        _ = await finished.wait()
        if let failure { throw failure }
    }

    func respond(to request: Request) async -> Response {
        guard request.head.method == .post else {
            StandardError.write(
                Array("not a delivery: \(Printable.line(request.path)) was asked for without POST\n".utf8))
            var fields = FieldBlock()
            fields.add(allow: MethodSet(.post))
            return Response(.methodNotAllowed, fields: fields)
        }
        do {
            let verdict = try DeliveryVerdict(request, checkedBy: verifier, at: loop.wallMilliseconds / 1000)
            let status = verdict == .genuine ? answer : .unauthorized
            try show(request, verdict, answeredWith: status)
            countOne(isGenuine: verdict == .genuine)
            return Response(status)
        } catch {
            fail(error as? CommandError ?? .failed("\(error)"))
            return Response(.internalServerError)
        }
    }

    private func show(
        _ request: Request, _ verdict: DeliveryVerdict, answeredWith status: HTTPStatus
    ) throws(CommandError) {
        let id = request.header("webhook-id").map(Printable.line) ?? "(no webhook-id)"
        let attempt = request.header("webhook-timestamp").map(Printable.line) ?? "none"
        try StandardOutput.write(
            """
            \(id): \(verdict)
            to \(Printable.line(request.path)), webhook-timestamp \(attempt), answered \(status.code)
            \(PrettyJSON.text(request.body))


            """)
    }

    private func countOne(isGenuine: Bool) {
        count += 1
        if !isGenuine { refusedCount += 1 }
        if count == countMax { finished.open() }
    }

    /// Nobody sees the deliveries any more, or they cannot be checked.
    private func fail(_ error: CommandError) {
        failure = error
        finished.open()
    }
}
