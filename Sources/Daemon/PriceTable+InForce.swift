import Foundation
package import Prices

/// A price table of the operator's own that cannot be used.
package struct PricesFileError: Error, CustomStringConvertible {
    /// The file, what is wrong with it, and what to do.
    package let description: String
}

extension PriceTable {
    /// The table that `MODEL_PRICES_FILE` names, or the one that was built into the program.
    package static func inForce(file: String?) throws -> PriceTable {
        guard let file else { return try PriceTable.shipped() }
        let data: Data
        do { data = try Data(contentsOf: URL(fileURLWithPath: file)) } catch {
            throw PricesFileError(
                description: "MODEL_PRICES_FILE '\(file)' cannot be read. "
                    + "Name a readable file, or unset the variable to use the shipped prices.")
        }
        do { return try PriceTable(parsing: Array(data)) } catch {
            throw PricesFileError(description: "MODEL_PRICES_FILE '\(file)': \(error)")
        }
    }
}
