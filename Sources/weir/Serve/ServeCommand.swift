// `weir serve`: the gateway, until it is told to stop.

import Gateway
import Loop
import Synchronization
import Telemetry

struct ServeCommand: Command {
    static let manual = Manual(
        "serve", "runs the gateway until it is told to stop",
        options: [ConfigurationFile.option],
        notes: """
            SIGTERM and Ctrl-C drain and stop; a second one ends at once. SIGHUP reads configuration, certificates and rules
            again: all of it takes effect if all of it is right, else the running one stays.
            """)

    private let file: ConfigurationFile

    init(_ arguments: Arguments) throws(CommandError) {
        file = try ConfigurationFile(named: arguments[ConfigurationFile.option])
    }

    /// On the main thread, whose loop is the control loop.
    func run() throws(CommandError) -> ExitStatus {
        do {
            let prepared = try Preparation.reading(file.path, in: file.surroundings)
            let data = try DataFolder(prepared.configuration.data)
            let loop = try EventLoop()
            let descriptorLimit = raiseDescriptorLimit()
            let settings = prepared.configuration.log
            let output = LogOutput(level: settings.level, format: settings.format(isTerminal: StandardError.isTerminal))
            try armFaultPoint(Logger(subsystem: "weir", output: output))
            let fault = Mutex<String?>(nil)
            serve(prepared, data, output, on: loop, descriptorLimit: descriptorLimit) { text in
                fault.withLock { $0 = text }
            }
            loop.run()
            if let text = fault.withLock({ $0 }) { throw StartFault(text) }
            return .success
        } catch {
            throw .failed("cannot start: \(error)")
        }
    }

    /// For tests of what a crash leaves behind (ARCHITECTURE.md, Crash points); nothing but this variable arms one.
    private func armFaultPoint(_ log: Logger) throws(StartFault) {
        guard let text = file.surroundings.variables[FaultPoint.variable], !text.isEmpty else { return }
        guard FaultPoint.arm(text) else {
            throw StartFault(
                "\(FaultPoint.variable)=\(text) names no fault point; they stand in ARCHITECTURE.md (Crash points). In "
                    + "production the variable must not be set")
        }
        log.error(
            "THIS PROCESS WILL KILL ITSELF at a fault point: unset \(FaultPoint.variable) unless this is a test",
            ["point": text])
    }

    private func serve(
        _ prepared: Prepared, _ data: DataFolder, _ output: LogOutput, on loop: EventLoop, descriptorLimit: Int,
        onFault: @escaping @Sendable (String) -> Void
    ) {
        let file = file
        loop.submit {
            do {
                // Before any other thread starts: threads inherit which signals are blocked.
                let signals = try Signals(on: loop)
                let appliance = Appliance(
                    loop: loop, signals: signals, prepared: prepared, configurationPath: file.path,
                    surroundings: file.surroundings, descriptorLimit: descriptorLimit, output: output)
                try await appliance.run(data)
            } catch {
                onFault("\(error)")
            }
            loop.stop()
        }
    }
}
