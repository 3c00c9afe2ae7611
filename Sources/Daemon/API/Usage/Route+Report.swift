import Dispatch
import HTTPServer
import HTTPWire

extension Route {
    /// A report at `path`, as JSON or CSV with an `ETag`: `read` takes its parameters from the query and says how it is made,
    /// which happens out of the loop.
    static func report(
        _ path: String, _ declaration: RouteDeclaration, _ access: APIAccess,
        _ read: @escaping @Sendable (RequestHead, inout QueryFields) -> (@Sendable () throws -> Report)
    ) -> Route {
        Route(
            .get, path, access: access.token,
            handler: .later { routed, responder in
                let head = routed.request.head
                var fields = QueryFields(head)
                let answer = read(head, &fields)
                do throws(FieldErrors) { try fields.finish() } catch {
                    return responder.send(.problem(query: error))
                }
                DispatchQueue.global().async {
                    do { responder.send(try answer().response(to: head)) } catch {
                        responder.send(
                            .problem(
                                503, title: "The books cannot be read", detail: "\(error).",
                                fields: [("Retry-After", "30")]))
                    }
                }
            }
        ).declared(declaration)
    }
}
