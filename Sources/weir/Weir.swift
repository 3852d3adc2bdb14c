// The program. `weir COMMAND …` finds a row of CommandTable.swift, reads the words behind it by the command's own manual
// (CommandLine/), and runs it:
//
//     serve            the gateway itself                              Serve/
//     config           checks weir.conf, prints a commented one        Config/
//     rules            checks the rule file, explains it, compares two Rules/
//     send-callback    plays WeCom, or a provider of instances         SendCallback/
//     listen           plays a tenant                                  Listen/
//     envelope         opens and seals callbacks, offline              Envelope/
//     version                                                          Version/
//
// A command writes what was asked for to standard output, and everything else to standard error.

import Glibc

@main
enum Weir {
    static func main() {
        var dispatcher = Dispatcher(CommandTable.root)
        let status = dispatcher.run(Array(CommandLine.arguments.dropFirst()))
        exit(status.rawValue)
    }
}
