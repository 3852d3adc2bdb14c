// A guess at what a misspelt word was to be.

/// The candidate nearest to `word`, or nil when none is near enough to be worth a question.
package func didYouMean(_ word: String, among candidates: some Sequence<String>) -> String? {
    let word = Array(word.lowercased().unicodeScalars)
    guard !word.isEmpty, word.count <= longestGuessed else { return nil }
    // A third of the word may be wrong; more would guess `drop` for `stop`, which helps nobody.
    let limit = min(max(1, word.count / 3), mostMistakes)
    var best: (candidate: String, distance: Int)?
    for candidate in candidates {
        let letters = Array(candidate.lowercased().unicodeScalars)
        guard abs(letters.count - word.count) <= limit else { continue }
        let distance = editDistance(word, letters)
        if distance <= limit, distance < best?.distance ?? .max { best = (candidate, distance) }
    }
    return best?.candidate
}

/// "; did you mean `when`?", or nothing: the end of a message about an unknown word.
package func didYouMeanSuffix(_ word: String, among candidates: some Sequence<String>) -> String {
    didYouMean(word, among: candidates).map { "; did you mean `\($0)`?" } ?? ""
}

/// Words longer than this are no misspelling of ours; also the bound on the cost of a guess.
private let longestGuessed = 64

/// A long name with more mistakes than this is another name.
private let mostMistakes = 4

/// The number of letters to insert, delete, replace or swap with a neighbour (optimal string alignment).
func editDistance(_ first: [Unicode.Scalar], _ second: [Unicode.Scalar]) -> Int {
    guard !first.isEmpty, !second.isEmpty else { return max(first.count, second.count) }
    var beforeLast = [Int](repeating: 0, count: second.count + 1)
    var last = Array(0...second.count)
    for row in 1...first.count {
        var current = [row] + [Int](repeating: 0, count: second.count)
        for column in 1...second.count {
            let replacement = first[row - 1] == second[column - 1] ? 0 : 1
            var distance = min(last[column] + 1, current[column - 1] + 1, last[column - 1] + replacement)
            if row > 1, column > 1, first[row - 1] == second[column - 2], first[row - 2] == second[column - 1] {
                distance = min(distance, beforeLast[column - 2] + 1)
            }
            current[column] = distance
        }
        (beforeLast, last) = (last, current)
    }
    return last[second.count]
}
