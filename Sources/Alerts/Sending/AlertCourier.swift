import HTTPClient
import Platform
import UTCTime

/// Takes what one target is owed there, one alert at a time, for as long as its task runs.
///
/// Each target has a courier of its own, so one that hangs holds nobody else up. A failure makes the courier wait, not the
/// alert: what failed least is tried next.
struct AlertCourier: Sendable {
    let target: AlertTarget
    let desk: AlertDesk
    let bell: Bell
    let environment: AlertEnvironment
    let log: Log

    func run() async {
        var failureCount = 0
        var tries: [String: Int] = [:]
        while !Task.isCancelled {
            guard let alert = desk.take(for: target.name, tries: tries) else {
                tries = [:]
                await bell.wait()
                continue
            }
            // An attempt that was begun comes to its end: a message cut off half way may have been taken.
            let verdict = await Task { await send(alert) }.value
            guard !Task.isCancelled || verdict == .sent else { return desk.putBack(alert.id, target.name) }
            switch verdict {
            case nil: continue
            case .sent?:
                await desk.finish(alert.id, target.name, .sent)
                if failureCount > 0 { log(.info, "alerts are taken again", ["target": target.name]) }
                failureCount = 0
                tries[alert.id] = nil
            case .refused(let reason)?:
                await giveUp(alert, reason)
                tries[alert.id] = nil
            case .retry(let reason, let asked)?:
                failureCount += 1
                tries[alert.id, default: 0] += 1
                let tried = tries[alert.id, default: 0]
                let age = environment.time.now().seconds - alert.raisedAt.seconds
                if tried >= desk.limits.triesMax || age > desk.limits.sendingSeconds {
                    await giveUp(alert, reason)
                    tries[alert.id] = nil
                } else {
                    desk.putBack(alert.id, target.name)
                }
                let seconds = SendingPolicy.wait(
                    failureCount: failureCount, askedSeconds: asked, random: environment.random())
                log(
                    .warning, "an alert was not taken and is tried again",
                    [
                        "target": target.name, "host": target.host, "alert": alert.id, "reason": reason,
                        "tries": String(tried), "next_try_seconds": String(Int(seconds.rounded())),
                    ])
                desk.noteFailure(target.name)
                try? await environment.sleep(seconds)
            }
        }
    }

    /// Nil: what it told is not so any more.
    private func send(_ alert: Alert) async -> SendingPolicy.Verdict? {
        guard environment.isStillTrue(alert) else {
            await desk.withdraw(alert.id, target.name)
            return nil
        }
        do throws(HTTPClientError) {
            let response = try await environment.transport.send(
                target.request(for: alert, at: environment.time.now()))
            return SendingPolicy.verdict(on: .answered(response), at: environment.time.now())
        } catch {
            return SendingPolicy.verdict(on: .failed(error), at: environment.time.now())
        }
    }

    private func giveUp(_ alert: Alert, _ reason: String) async {
        log(
            .error, "an alert is given up: nobody at its target has read it",
            ["target": target.name, "host": target.host, "alert": alert.id, "reason": reason])
        desk.noteFailure(target.name)
        await desk.finish(alert.id, target.name, .dropped(reason))
        let day = environment.time.now().day
        desk.raise(
            [
                AlertCandidate(
                    kind: .alertUndelivered,
                    claim: AlertClaim(
                        key: "alert_undelivered|\(target.name)|\(day)", until: day.adding(days: 1).start),
                    title: "Alerts do not reach \(target.name)",
                    text: "An alert was given up: \(reason). It said: \(alert.content.title). "
                        + "Look at \(target.host) and at the settings that begin with ALERT_.",
                    facts: JSONFacts.undelivered(alert, target.name, reason))
            ], except: target.name)
    }
}
