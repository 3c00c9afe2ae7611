import UTCTime

extension Job {
    /// Notes that `event` happened. What a damaged journal left out is made up for as far as that is possible.
    mutating func apply(_ event: JobStep.Event, at time: Instant) {
        switch event {
        case .started(let count):
            startCount = count
            deferral = nil
        case .planned(let head): self.head = head
        case .reserved(let reservation, let tokens): setState(.reserved, of: reservation, tokens: tokens)
        case .dispatched(let reservation): setState(.dispatched, of: reservation)
        case .answered(let reservation): setState(.answered, of: reservation)
        case .settled(let reservation): setState(.settled, of: reservation)
        case .lost(let reservation): setState(.lost, of: reservation)
        case .released(let reservation): setState(.released, of: reservation)
        case .posting: if posting == .none { posting = .begun }
        case .posted: posting = .done
        case .deferred(let deferral):
            self.deferral = deferral
            startCount = 0
        case .finished(let result): self.result = result
        }
        remember(JobStep(time: time, event: event))
    }

    private mutating func setState(_ state: Call.State, of reservation: String, tokens: Int = 0) {
        if let place = calls.lastIndex(where: { $0.reservation == reservation }) {
            calls[place].state = state
        } else if calls.count < QueueLimits.callsMax {
            calls.append(Call(reservation: reservation, tokens: tokens, state: state))
        }
    }

    /// Forgets the oldest of the steps that a later one of their kind makes void, where there are too many.
    private mutating func remember(_ step: JobStep) {
        steps.append(step)
        guard steps.count > QueueLimits.stepsMax else { return }
        let place = steps.firstIndex { step in
            switch step.event {
            case .started, .deferred: true
            default: false
            }
        }
        if let place, place < steps.count - 2 { steps.remove(at: place) }
    }
}
