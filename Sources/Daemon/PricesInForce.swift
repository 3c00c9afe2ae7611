package import Prices
import Synchronization

/// The price table that is used now; a reload puts another in its place.
package final class PricesInForce: Sendable {
    private let current: Mutex<PriceTable>

    /// Prices by `table`.
    package init(_ table: PriceTable) { current = Mutex(table) }

    /// The table in force.
    package var table: PriceTable { current.withLock { $0 } }

    /// Puts `table` in force: later calls are priced by it, rows that are written stay as they are.
    package func replace(with table: PriceTable) { current.withLock { $0 = table } }
}
