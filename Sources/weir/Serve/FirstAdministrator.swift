// What the first start says about the administrator that it made.

enum FirstAdministrator {
    static func notice(_ username: String, _ password: String) -> String {
        """

        The first administrator of this Weir, shown this once:
            username  \(username)
            password  \(password)   (must be changed at the first sign-in)
        Lost it? `weir users reset \(username) --config FILE` makes another.


        """
    }
}
