import Budget
public import Forecast
import Glibc
import Ledger
public import Platform

/// Teams that `budgets.json` names in a form that cannot be read.
public struct TeamsError: Error, Equatable, CustomStringConvertible {
    /// The file and what is wrong.
    public let description: String
}

extension TeamDirectory {
    /// The teams of `budgets.json` in the data directory `directory`, as the books read them; none where there is no such
    /// file.
    public static func read(directory: String, calls: FileCalls = .system) throws -> TeamDirectory {
        let path = directory + "/" + BudgetsFile.name
        let bytes: [UInt8]
        do throws(POSIXFailure) { bytes = try calls.contents(of: path) } catch {
            if error.code == ENOENT { return TeamDirectory() }
            throw error
        }
        do throws(BudgetTextError) { return TeamDirectory(try BudgetsFile.read(bytes).teams) } catch {
            throw TeamsError(description: "'\(path)': \(error)")
        }
    }
}
