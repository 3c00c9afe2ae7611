/// A straight line through points that lets outliers pull little and a first guess count while points are few.
enum LeastDeviations {
    /// Coefficients that make the weighted absolute deviations of `targets` small, each drawn towards `guess` by `pull`.
    ///
    /// Iteratively reweighted least squares: a point far from the line counts by the inverse of its distance.
    static func fit(
        rows: [[Double]], targets: [Double], weights: [Double], guess: [Double], pull: [Double]
    ) -> [Double] {
        let size = guess.count
        let total = weights.reduce(0, +)
        guard total > 0 else { return guess }
        var solution = guess
        var current = weights
        for _ in 0..<6 {
            var matrix = (0..<size).map { row in (0..<size).map { $0 == row ? pull[row] : 0 } }
            var right = zip(pull, guess).map { $0 * $1 }
            for (index, row) in rows.enumerated() where current[index] > 0 {
                for i in 0..<size {
                    let scaled = current[index] * row[i]
                    right[i] += scaled * targets[index]
                    for j in 0..<size { matrix[i][j] += scaled * row[j] }
                }
            }
            guard let next = solve(matrix, right) else { return solution }
            solution = next
            let distances = zip(rows, targets).map { row, target in
                abs(target - zip(row, next).map { $0 * $1 }.reduce(0, +))
            }
            let scale = max(zip(weights, distances).map { $0 * $1 }.reduce(0, +) / total, 1e-6)
            for index in rows.indices { current[index] = weights[index] / max(distances[index] / scale, 0.2) }
        }
        return solution
    }

    /// Gaussian elimination with the largest pivot; nil when there is no single solution.
    private static func solve(_ matrix: [[Double]], _ right: [Double]) -> [Double]? {
        var matrix = matrix
        var right = right
        let size = right.count
        for column in 0..<size {
            guard let pivot = (column..<size).max(by: { abs(matrix[$0][column]) < abs(matrix[$1][column]) }),
                abs(matrix[pivot][column]) > 1e-12
            else { return nil }
            matrix.swapAt(column, pivot)
            right.swapAt(column, pivot)
            for row in 0..<size where row != column {
                let factor = matrix[row][column] / matrix[column][column]
                guard factor != 0 else { continue }
                for index in column..<size { matrix[row][index] -= factor * matrix[column][index] }
                right[row] -= factor * right[column]
            }
        }
        return (0..<size).map { right[$0] / matrix[$0][$0] }
    }
}
