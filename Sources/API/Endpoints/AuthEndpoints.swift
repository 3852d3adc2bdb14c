// Signing in, going on, signing out; who one is, and one's own password.

import Audit
import Codec
import HTTP
import Identity

enum AuthEndpoints {
    static let all = [login, refresh, logout, me, password]

    private static let login = Endpoint(
        .post, "/api/v1/auth/login", "signIn", "Sign in", action: "session.create",
        body: ObjectSchema(
            "SignIn", "Who signs in.",
            [
                // No form: what is no username is nobody's, and that is not told either.
                .required("username", .text(.any, 1...256), "The username."),
                .required("password", IdentityObjects.password, "The password."),
            ]), bodyLimit: 4096, answers: [.ok(IdentityObjects.tokens, "Signed in.")],
        problems: [.invalidCredentials, .userSuspended, .tooManyAttempts, .busy],
        .open { (call) async throws(Problem) in
            let username = call.body["username"]?.string ?? ""
            let origin = Origin(
                .anonymous(claiming: username), address: call.address, requestID: call.requestID)
            let pair = try await identifying { () async throws(IdentityFault) in
                try await call.services.identity.signIn.login(
                    username: username, password: call.body["password"]?.string ?? "", from: call.request.peer, origin)
            }
            return .ok(IdentityObjects.json(pair))
        })

    private static let refresh = Endpoint(
        .post, "/api/v1/auth/refresh", "refreshTokens", "Get the next pair of tokens", action: "session.refresh",
        body: ObjectSchema(
            "Refresh", "The refresh token of the last pair.",
            [.required("refresh_token", .text(.any, 1...256), "Good once; using it again ends the session.")]),
        bodyLimit: 4096, answers: [.ok(IdentityObjects.tokens, "The next pair.")],
        problems: [.invalidRefreshToken, .refreshTokenReused],
        .open { (call) async throws(Problem) in
            let origin = Origin(.anonymous(), address: call.address, requestID: call.requestID)
            let pair = try await identifying { () async throws(IdentityFault) in
                try await call.services.identity.signIn.refresh(call.body["refresh_token"]?.string ?? "", origin)
            }
            return .ok(IdentityObjects.json(pair))
        })

    private static let logout = Endpoint(
        .post, "/api/v1/auth/logout", "signOut", "End the session and all of its tokens", action: "session.delete",
        answers: [.noContent("Signed out.")], problems: [.noPassword],
        .signedIn { (call, principal) async throws(Problem) in
            try requireUser(principal)
            try await identifying { () async throws(IdentityFault) in
                try await call.services.identity.signIn.logout(principal, call.origin(principal))
            }
            return .noContent
        })

    private static let me = Endpoint(
        .get, "/api/v1/auth/me", "getMe", "Show who one is and what one may do", action: "principal.read",
        answers: [.ok(IdentityObjects.principal, "The principal.")],
        .signedIn { (_, principal) async throws(Problem) in .ok(IdentityObjects.json(principal)) })

    private static let password = Endpoint(
        .put, "/api/v1/auth/password", "changePassword", "Change one's own password", action: "user.password",
        body: ObjectSchema(
            "PasswordChange", "The old password and the new one.",
            [
                .required("current_password", IdentityObjects.password, "The old one."),
                .required(
                    "new_password", IdentityObjects.password,
                    "At least \(Passwords.bytesMin) bytes and at most 72, without the username."),
            ]), bodyLimit: 4096, answers: [.ok(IdentityObjects.tokens, "Changed; all former sessions have ended.")],
        problems: [.invalidCredentials, .tooManyAttempts, .busy, .noPassword],
        .signedIn { (call, principal) async throws(Problem) in
            try requireUser(principal)
            let pair = try await identifying(password: "new_password") { () async throws(IdentityFault) in
                try await call.services.identity.signIn.changePassword(
                    of: principal, from: call.body["current_password"]?.string ?? "",
                    to: call.body["new_password"]?.string ?? "", peer: call.request.peer, call.origin(principal))
            }
            return .ok(IdentityObjects.json(pair))
        })

    private static func requireUser(_ principal: Principal) throws(Problem) {
        guard principal.kind == .user else {
            throw Problem(.noPassword, "This is for users; an API key has neither a password nor a session.")
        }
    }
}
