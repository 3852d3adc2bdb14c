// How many steps a search of a text takes. Nobody asks on the way of an event, where counting compiles to nothing; the tests ask,
// which hold that a search is linear in its text.

protocol SearchSteps {
    mutating func count()
}

struct UncountedSteps: SearchSteps {
    @inline(__always)
    mutating func count() {}
}
