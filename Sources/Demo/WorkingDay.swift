// The working day that the demonstration plays: merge requests of a small shop, made up, with the mistakes people make.

/// A merge request of the stand-in GitLab.
package struct StandInMergeRequest: Sendable {
    /// One changed file, its hunks as GitLab's API gives them.
    package struct Change: Sendable {
        let path: String
        /// The file's path before; the same unless it was moved.
        let oldPath: String
        let isNew: Bool
        let isGenerated: Bool
        let diff: String

        /// A change of the file at `path`, which was at `oldPath` before.
        package init(
            path: String, oldPath: String? = nil, isNew: Bool = false, isGenerated: Bool = false, diff: String
        ) {
            self.path = path
            self.oldPath = oldPath ?? path
            self.isNew = isNew
            self.isGenerated = isGenerated
            self.diff = diff
        }
    }

    /// The project that holds it.
    package let project: StandInProject
    /// Its number within the project.
    package let iid: Int
    let title: String
    let description: String
    /// Its author's user name.
    package let author: String
    let branch: String
    /// The head commit that it begins with.
    package let sha: String
    package let changes: [Change]

    /// A merge request of these parts.
    package init(
        project: StandInProject, iid: Int, title: String, description: String, author: String, branch: String,
        sha: String, changes: [Change]
    ) {
        self.project = project
        self.iid = iid
        self.title = title
        self.description = description
        self.author = author
        self.branch = branch
        self.sha = sha
        self.changes = changes
    }
}

/// A project of the stand-in GitLab.
package struct StandInProject: Sendable, Equatable {
    /// GitLab's number of it.
    package let id: Int
    /// Its path with all groups.
    package let path: String

    /// A project of GitLab's number `id` at `path`.
    package init(id: Int, path: String) {
        self.id = id
        self.path = path
    }

    static let backend = StandInProject(id: 42, path: "shop/backend-api")
    static let frontend = StandInProject(id: 58, path: "shop/frontend-app")
    static let mobile = StandInProject(id: 61, path: "shop/mobile-app")
}

extension StandInMergeRequest {
    /// The merge requests in the order of the day.
    package static let workingDay: [StandInMergeRequest] = [
        StandInMergeRequest(
            project: .backend, iid: 123, title: "Look up orders by customer",
            description: "Needed by the support screen.",
            author: "maria.lopez", branch: "orders-by-customer", sha: "4be1f0c2a9d35c7be6a15f3a0d1c99a1e0b7f001",
            changes: [
                Change(
                    path: "api/orders.py",
                    diff: """
                        @@ -18,6 +18,22 @@ router = Router()
                         def order(request, number):
                             return Order.objects.get(number=number)
                        \u{20}
                        +
                        +@router.get("/orders/by-customer")
                        +def orders_by_customer(request):
                        +    name = request.GET["name"]
                        +    cursor = connection.cursor()
                        +    cursor.execute(f"SELECT number, total FROM orders WHERE customer = '{name}' ORDER BY number")
                        +    rows = cursor.fetchall()
                        +    result = []
                        +    for row in rows:
                        +        try:
                        +            result.append({"number": row[0], "total": float(row[1])})
                        +        except:
                        +            pass
                        +    return JsonResponse(result, safe=False)
                        +
                        +
                         @router.post("/orders")
                         def create(request):
                             order = Order.from_json(request.body)

                        """),
                Change(
                    path: "tests/test_orders.py",
                    diff: """
                        @@ -40,3 +40,9 @@ def test_create():
                             response = client.post("/orders", EXAMPLE)
                             assert response.status_code == 201
                        \u{20}
                        +
                        +def test_orders_by_customer():
                        +    client.post("/orders", EXAMPLE)
                        +    response = client.get("/orders/by-customer?name=Ada")
                        +    assert response.status_code == 200
                        +    assert response.json()[0]["total"] == 19.9

                        """),
            ]),
        StandInMergeRequest(
            project: .frontend, iid: 89, title: "Show what customers write about a product",
            description: "Reviews come from the new endpoint.\n\nCloses #311", author: "john.doe",
            branch: "product-reviews",
            sha: "9c52d8e07f114b0aa3c1f2d6b5e8a7c3d4f6b002",
            changes: [
                Change(
                    path: "src/components/Reviews.tsx", isNew: true,
                    diff: """
                        @@ -0,0 +1,26 @@
                        +import { useEffect, useState } from "react";
                        +
                        +type Review = { id: string; author: string; html: string; stars: number };
                        +
                        +export function Reviews({ productId }: { productId: string }) {
                        +  const [reviews, setReviews] = useState<any>([]);
                        +
                        +  useEffect(() => {
                        +    fetch(`/api/products/${productId}/reviews`)
                        +      .then((response) => response.json())
                        +      .then(setReviews);
                        +  }, []);
                        +
                        +  console.log("reviews", reviews);
                        +
                        +  return (
                        +    <ul className="reviews">
                        +      {reviews.map((review: Review) => (
                        +        <li>
                        +          <strong>{review.author}</strong> {"★".repeat(review.stars)}
                        +          <div dangerouslySetInnerHTML={{ __html: review.html }} />
                        +        </li>
                        +      ))}
                        +    </ul>
                        +  );
                        +}

                        """),
                Change(
                    path: "package-lock.json", isGenerated: true,
                    diff: """
                        @@ -9120,4 +9120,8 @@
                             "node_modules/react": {
                               "version": "18.3.1",
                               "license": "MIT"
                        +    },
                        +    "node_modules/react-is": {
                        +      "version": "18.3.1",
                        +      "license": "MIT"
                             }

                        """),
            ]),
        StandInMergeRequest(
            project: .mobile, iid: 17, title: "Cache product pictures on disk",
            description: "Scrolling is slow on old phones.",
            author: "wei.chen", branch: "picture-cache", sha: "17ad0e6b3c4f5a2d8e9f7b6c5d4e3f2a1b0c9003",
            changes: [
                Change(
                    path: "Sources/Pictures/PictureCache.swift", isNew: true,
                    diff: """
                        @@ -0,0 +1,26 @@
                        +import Foundation
                        +
                        +/// Keeps pictures on disk, by the address they came from.
                        +final class PictureCache {
                        +    static let shared = PictureCache()
                        +    private var index: [URL: String] = [:]
                        +    private let folder = FileManager.default.urls(for: .cachesDirectory, in: .userDomainMask).first!
                        +
                        +    func picture(_ url: URL) async -> Data {
                        +        if let name = index[url] {
                        +            return try! Data(contentsOf: folder.appendingPathComponent(name))
                        +        }
                        +        let (data, _) = try! await URLSession.shared.data(from: url)
                        +        let name = UUID().uuidString
                        +        try! data.write(to: folder.appendingPathComponent(name))
                        +        index[url] = name
                        +        return data
                        +    }
                        +
                        +    func clear() {
                        +        for name in index.values {
                        +            try? FileManager.default.removeItem(at: folder.appendingPathComponent(name))
                        +        }
                        +        // TODO: forget the index too
                        +    }
                        +}

                        """)
            ]),
        StandInMergeRequest(
            project: .backend, iid: 124, title: "Send the invoice by mail",
            description: "First half of the invoice work.",
            author: "jane.smith", branch: "invoice-mail", sha: "52f0c1b7e8d94a36b1c2d3e4f5a6b7c8d9e0f004",
            changes: [
                Change(
                    path: "billing/mailer.go",
                    diff: """
                        @@ -11,6 +11,19 @@ type Mailer struct {
                         \thost string
                         }
                        \u{20}
                        -func (m *Mailer) Send(to string, body []byte) error {
                        -\treturn smtp.SendMail(m.host, nil, sender, []string{to}, body)
                        +const password = "hunter2-Pr0duction"
                        +
                        +func (m *Mailer) SendInvoice(order *Order) error {
                        +\ttmpl, _ := template.ParseFiles("templates/" + order.Locale + ".txt")
                        +\tvar body bytes.Buffer
                        +\ttmpl.Execute(&body, order)
                        +\tauth := smtp.PlainAuth("", "billing", password, m.host)
                        +\tfor i := 0; i < 3; i++ {
                        +\t\terr := smtp.SendMail(m.host, auth, sender, []string{order.Email}, body.Bytes())
                        +\t\tif err == nil {
                        +\t\t\tbreak
                        +\t\t}
                        +\t\ttime.Sleep(10 * time.Second)
                        +\t}
                        +\treturn nil
                         }

                        """)
            ]),
        StandInMergeRequest(
            project: .frontend, iid: 90, title: "Keep the basket over a reload", description: "", author: "bob.jones",
            branch: "basket-storage", sha: "d3a7b1c5e9f20846a1b3c5d7e9f1a3b5c7d9e005",
            changes: [
                Change(
                    path: "src/basket/store.ts",
                    diff: """
                        @@ -1,3 +1,17 @@
                         import { create } from "zustand";
                        \u{20}
                        -export const useBasket = create<Basket>(() => ({ lines: [] }));
                        +const saved = localStorage.getItem("basket");
                        +
                        +export const useBasket = create<Basket>(() => (saved ? JSON.parse(saved) : { lines: [] }));
                        +
                        +useBasket.subscribe((basket) => {
                        +  localStorage.setItem("basket", JSON.stringify(basket));
                        +});
                        +
                        +export function total(basket: Basket): number {
                        +  let sum = 0;
                        +  for (const line of basket.lines) {
                        +    sum += line.price * line.count;
                        +  }
                        +  return sum == 0 ? 0 : Math.round(sum * 100) / 100;
                        +}

                        """)
            ]),
        StandInMergeRequest(
            project: .backend, iid: 125, title: "Import the price list of the wholesaler",
            description: "Runs every night. @jane.smith please have a look.", author: "maria.lopez",
            branch: "price-import",
            sha: "6e8d0b2c4a6f81930b5d7f9a1c3e5b7d9f1b3006",
            changes: [
                Change(
                    path: "jobs/import_prices.py", isNew: true,
                    diff: """
                        @@ -0,0 +1,25 @@
                        +import csv
                        +import os
                        +import pickle
                        +
                        +import requests
                        +
                        +STATE = "/var/lib/shop/import.pickle"
                        +
                        +
                        +def download(url):
                        +    answer = requests.get(url, verify=False)
                        +    return answer.text.splitlines()
                        +
                        +
                        +def run(url, seen=[]):
                        +    if os.path.exists(STATE):
                        +        seen = pickle.load(open(STATE, "rb"))
                        +    for row in csv.DictReader(download(url)):
                        +        if row["sku"] in seen:
                        +            continue
                        +        product = Product.objects.get(sku=row["sku"])
                        +        product.price = float(row["price"])
                        +        product.save()
                        +        seen.append(row["sku"])
                        +    pickle.dump(seen, open(STATE, "wb"))

                        """)
            ]),
        StandInMergeRequest(
            project: .mobile, iid: 18, title: "Sign in with a fingerprint", description: "Asked for by many.",
            author: "wei.chen",
            branch: "fingerprint", sha: "8a1c3e5b7d9f1b3d5f7a9c1e3b5d7f9a1c3e5007",
            changes: [
                Change(
                    path: "Sources/Login/Fingerprint.swift", isNew: true,
                    diff: """
                        @@ -0,0 +1,15 @@
                        +import LocalAuthentication
                        +
                        +struct Fingerprint {
                        +    let context = LAContext()
                        +
                        +    func unlock(then open: @escaping (String) -> Void) {
                        +        context.evaluatePolicy(.deviceOwnerAuthenticationWithBiometrics, localizedReason: "Sign in") { ok, error in
                        +            if ok {
                        +                let token = UserDefaults.standard.string(forKey: "token")!
                        +                print("token is \\(token)")
                        +                open(token)
                        +            }
                        +        }
                        +    }
                        +}

                        """)
            ]),
        StandInMergeRequest(
            project: .backend, iid: 126, title: "Retry payments that timed out",
            description: "See the incident of last week.",
            author: "jane.smith", branch: "payment-retry", sha: "0f2e4d6c8b0a1f3e5d7c9b1a3f5e7d9c1b3a5008",
            changes: [
                Change(
                    path: "billing/payment.go",
                    diff: """
                        @@ -31,5 +31,14 @@ func (c *Client) Charge(order *Order) error {
                         \tif order.Paid {
                         \t\treturn nil
                         \t}
                        -\treturn c.post("/charges", order)
                        +\tvar err error
                        +\tfor {
                        +\t\terr = c.post("/charges", order)
                        +\t\tif err == nil {
                        +\t\t\torder.Paid = true
                        +\t\t\treturn nil
                        +\t\t}
                        +\t\tlog.Printf("charge failed: %v card=%s", err, order.CardNumber)
                        +\t\ttime.Sleep(time.Second)
                        +\t}
                         }

                        """)
            ]),
    ]
}
