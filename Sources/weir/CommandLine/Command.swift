// What a command is: a manual, values made from the words of the user, and a run to its end.

protocol Command: Sendable {
    static var manual: Manual { get }

    /// Takes the values out of the arguments, which were read by the manual; nothing is done yet.
    init(_ arguments: Arguments) throws(CommandError)

    func run() throws(CommandError) -> ExitStatus
}

/// What a shell sees. Part of the interface: scripts tell a failure from a mistake in the command.
enum ExitStatus: Int32 {
    case success = 0
    /// The thing asked for failed: the rules have errors, the envelope does not open.
    case failure = 1
    /// The words make no command; for `rules diff`, whose failure is a difference, also what it could not do.
    case trouble = 2
}

enum CommandError: Error, Equatable {
    /// The words make no command. The text says which one, and what would.
    case usage(String)
    /// The text says what happened, to what, and what to do.
    case failed(String)
    /// The same of a command whose status 1 is an answer, as that of diff(1) is.
    case troubled(String)
}
