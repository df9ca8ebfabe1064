import io, json
from urllib.parse import quote
from tests.app.web.conftest import Agency
from tests.app.web.population import populated, RATE, drawn


def test_probe(lasting: Agency):
    house = lasting
    P = populated(house).ids
    o = house.owner
    T = {"starts_at": "2026-05-01T08:00:00Z", "ends_at": "2026-05-01T18:00:00Z"}

    def show(label, r):
        ok = r.status_code < 500
        print("" if ok else "!!!!", label, r.status_code, r.get_data(as_text=True)[:230])

    b = P["booking"][0]
    for f in [
        'booking.notes == "\\u0000"',
        'booking.notes == "\0"',
        'booking.notes.matches("(")',
        'booking.notes.matches("(a+)+$")',
        "1/0 == 1",
        "booking.total.amount / 0 == 1",
        "booking.total.amount * 9223372036854775807 > 1",
        "9223372036854775807 + 1 > 1",
        "(" * 900 + "true" + ")" * 900,
        "!" * 1500 + "true",
        "booking.code == 'x' || " * 90 + "true",
        "-" * 1900 + "1 == 1",
        "[" * 900 + "]" * 900 + " == 1",
        'booking.status == "nope"',
        "'; DROP TABLE bookings; --",
        'booking.code == "\'; DROP TABLE bookings; --"',
        'booking.code.contains("%")',
        'booking.starts_at > timestamp("9999-12-31T23:59:59Z")',
        'booking.starts_at + duration("999999999h") > booking.ends_at',
        'booking.starts_at.getFullYear("Nowhere/None") == 1',
        "size(booking.notes) > 3",
        'booking.notes.startsWith("\\ud800")',
        'booking.city == "{{7*7}}"',
        "booking.total.amount > 1e400",
        'booking.city == "\\U0010ffff"',
        'booking.client.tier == "vip"',
        'string(booking.starts_at)=="a"',
        "int(booking.city) == 1",
        'booking.city[99] == "a"',
        'duration(booking.city) > duration("1s")',
        "timestamp(booking.city) > now",
    ]:
        show("filter " + f[:60], o.send("GET", "/bookings?limit=5&filter=" + quote(f)))
    show("surr", o.send("GET", "/bookings?filter=booking.city%20==%20%22%ED%A0%80%22"))
    show("surr2", o.send("GET", "/bookings?filter=%ff%fe"))
    for p in [
        "/bookings/%00",
        "/bookings/a%00b",
        "/bookings/%ff",
        "/bookings/" + "x" * 5000,
        "/bookings/%2e%2e%2f",
        "/bookings//timeline",
        "/bookings/%27%3B--",
        "/audit?entity_type=booking&entity_id=%00",
        "/audit?entity_type=%00&entity_id=1",
        "/bookings?cursor=%00",
        "/bookings?limit=%00",
        "/bookings?limit=0000011111",
        "/bookings?limit=1&limit=2",
        "/bookings?cursor=WzEsIlx1MDAwMCJd",
        "/bookings?cursor=WzEsIlx1ZDgwMCJd",
        "/bookings?cursor=" + "A" * 400000,
        "/bookings/%00/timeline",
        "/bookings/%00/services",
        "/models/%00/media",
        "/models/%00/media/%00",
        "/users/%00/sessions",
        "/bookings/" + b + "/timeline?cursor=999999999999999999",
        "/bookings/" + b + "/timeline?cursor=9999999999999999999",
    ]:
        show("GET " + p[:60], o.send("GET", p))
    for m, p in [
        ("DELETE", "/models/%00"),
        ("DELETE", "/me/sessions/%00"),
        ("POST", "/undo"),
        ("POST", "/users/%00/invitation"),
        ("POST", "/options/%00/challenge"),
        ("POST", "/inquiries/%00/match"),
        ("POST", "/bookings/%00/options"),
        ("DELETE", "/users/%00/sessions"),
    ]:
        show(m + " " + p, o.send(m, p, {} if m == "POST" else None))
    for h in [
        '"v²"',
        '"v' + "9" * 5000 + '"',
        'W/"v1"',
        "v1",
        "",
        '"v1","v2"',
        '"v-1"',
        '"v1',
        '"v"',
        '"v99999999999999999"',
    ]:
        show("IfMatch " + h[:20], o.send("PATCH", f"/bookings/{b}", {"notes": "x"}, If_Match=h))
        show(
            "IfMatch media " + h[:20],
            o.send("PATCH", f"/models/{P['model'][0]}/media/{P['media'][0]}", {"title": "x"}, If_Match=h),
        )
    for k in ["a" * 256, "", "ü", "é\xa0", "a b"]:
        show("Key " + k[:20], o.send("POST", "/clients", {"name": "n", "email": "k@x.test"}, Idempotency_Key=k))
    big = "ab%9c" * 9000
    import random

    rnd = "".join(random.choice("abcdefghijklmnopqrstuvwxyz0123456789äöü€") for _ in range(60000))
    for path, v in [
        ("/clients", {"name": rnd, "email": "x@y.test"}),
        ("/clients", {"name": "a", "email": rnd}),
        ("/clients", {"name": "a", "email": "q@y.test", "phone": rnd}),
        ("/tasks", {"title": "t", "about": rnd}),
        ("/tasks", {"title": "t", "queue": rnd}),
        ("/tasks", {"title": rnd}),
        ("/clients", {"name": "a", "email": "b@x.test", "locale": rnd, "timezone": "Nowhere/Land"}),
        ("/tasks", {"title": "t", "about": "booking/nope"}),
        ("/tasks", {"title": "t", "about": "'; DROP--"}),
        ("/tasks", {"title": "{{7*7}} ${7*7} <script>alert(1)</script> {% raw %}"}),
        (
            "/slots",
            {
                "kind": "work",
                "model": P["model"][1],
                "starts_at": "2026-05-02T00:00:00Z",
                "ends_at": "2026-05-01T00:00:00Z",
            },
        ),
        (
            "/slots",
            {
                "kind": "work",
                "model": P["model"][1],
                "starts_at": "2026-05-02T00:00:00Z",
                "ends_at": "2026-05-02T00:00:00Z",
            },
        ),
        (
            "/slots",
            {
                "kind": "work",
                "model": P["model"][1],
                "starts_at": "0001-01-01T00:00:00Z",
                "ends_at": "9999-12-31T23:59:59.999999999Z",
            },
        ),
        (
            "/slots",
            {
                "kind": "work",
                "model": P["model"][2],
                "starts_at": "2026-05-02T00:00:00.0000001Z",
                "ends_at": "2026-05-02T00:00:00.0000002Z",
            },
        ),
        (
            "/inquiries",
            {
                "category": "runway",
                "client": P["client"][0],
                "starts_at": "2026-05-02T00:00:00Z",
                "ends_at": "2026-05-01T00:00:00Z",
            },
        ),
        (
            "/inquiries",
            {"category": "runway", "client": P["client"][0], "budget": {"amount": 2**63 - 1, "currency": "EUR"}, **T},
        ),
        (
            "/inquiries",
            {"category": "runway", "client": P["client"][0], "budget": {"amount": 2**63, "currency": "EUR"}, **T},
        ),
        (
            "/inquiries",
            {"category": "runway", "client": P["client"][0], "budget": {"amount": -5, "currency": "\n\n\n"}, **T},
        ),
        (
            "/inquiries",
            {
                "category": "runway",
                "client": P["client"][0],
                "starts_at": "0001-01-01T00:00:00Z",
                "ends_at": "9999-12-31T00:00:00Z",
            },
        ),
        (
            "/bookings",
            {
                "client": P["client"][0],
                "model": P["model"][2],
                "city": "B",
                "total": {"amount": 2**63 - 1, "currency": "EUR"},
                "starts_at": "2026-06-01T08:00:00Z",
                "ends_at": "2026-06-01T18:00:00Z",
            },
        ),
        (
            "/bookings",
            {
                "client": P["client"][0],
                "model": P["model"][2],
                "city": "B",
                "total": RATE,
                "starts_at": "2026-06-01T08:00:00Z",
                "ends_at": "2026-05-01T18:00:00Z",
            },
        ),
        (
            "/models",
            {"name": "M", "category": "runway", "home_city": "B", "day_rate": {"amount": 2**63 - 1, "currency": "EUR"}},
        ),
        (
            "/models",
            {
                "name": "M",
                "category": "runway",
                "home_city": "B",
                "day_rate": RATE,
                "rating_internal": 2**63 - 1,
                "timezone": "Nope",
            },
        ),
        (
            "/clients",
            {
                "id": "x",
                "status": "archived",
                "code": "CL-1",
                "created_at": "2026-01-01T00:00:00Z",
                "name": "a",
                "email": "a@b.test",
            },
        ),
        (
            "/payments",
            {
                "purpose": "deposit",
                "amount": {"amount": -1, "currency": "EUR"},
                "due_at": "2026-04-01T00:00:00Z",
                "booking": b,
            },
        ),
        ("/users", {"email": "a@b.test", "roles": ["OWNER"], "queues": ["x" * 60000]}),
        ("/users", {"email": "c@b.test", "roles": [["OWNER"]]}),
        ("/users", {"email": "c@b.test", "roles": {"a": 1}}),
        (f"/bookings/{b}/services", {"title": "x", "quantity": 1, "price": {"amount": 2**63 - 1, "currency": "EUR"}}),
        (f"/bookings/{b}/services", {"title": "x", "quantity": 10**6, "price": {"amount": 2**62, "currency": "EUR"}}),
        (f"/bookings/{b}/services", {"title": "x", "quantity": True, "price": {"amount": 1, "currency": "USD"}}),
        (f"/bookings/{b}/options", {"expires_at": "9999-12-31T23:59:59Z"}),
        (f"/bookings/{b}/options", {"expires_at": 5}),
        (f"/bookings/{b}/options", {"expires_at": "0001-01-01T00:00:00Z"}),
        (
            f"/inquiries/{P['inquiry'][0]}/convert-to-booking",
            {"model": P["model"][2], "starts_at": "2026-07-02T00:00:00Z", "ends_at": "2026-07-01T00:00:00Z"},
        ),
        (f"/inquiries/{P['inquiry'][1]}/convert-to-booking", {"model": P["model"][2], "total": "x", "city": 5}),
        (f"/inquiries/{P['inquiry'][1]}/match", {}),
        (f"/tasks/{P['task'][0]}/assign", {"user": "'; --"}),
        (f"/tasks/{P['task'][0]}/assign", {"queue": rnd}),
        (f"/tasks/{P['task'][0]}/status", {"transition": "snooze", "reason": rnd}),
        ("/undo", {"command": "' OR 1=1 --"}),
    ]:
        show("POST " + path + " " + str(v)[:80], o.send("POST", path, v))
    raw = lambda content, kind="application/json", path="/clients": house.http.post(
        "/api/v1" + path, data=content, headers={"Authorization": f"Bearer {o.token}", "Content-Type": kind}
    )
    for c in [
        b'{"a":NaN}',
        b'{"a":1e999}',
        b'{"a":-Infinity}',
        b'{"a":"\\u0000"}',
        b'{"\\u0000":1}',
        b'{"a":"\\ud800"}',
        b"\xff",
        b"\xef\xbb\xbf{}",
        b"[" * 40 + b"]" * 40,
        b'{"a":' * 100000,
        b'"' + b"x" * 300000 + b'"',
        b'{"name":"a","name":"b"}',
        b"[]",
        b"null",
        b"1",
        b'"x"',
        b'{"a":1' + b"0" * 25 + b"}",
        b"{",
        b"{}{}",
        b"\x00",
        b'{"a":0.' + b"1" * 100000 + b"}",
        b'{"a":1e-99999}',
        b'{"__proto__":{}}',
    ]:
        show("RAW " + repr(c[:30]), raw(c))
    for kind in [
        "text/plain",
        "application/xml",
        "multipart/form-data",
        "multipart/form-data; boundary=",
        "application/x-www-form-urlencoded",
        "application/json; charset=utf-16",
        "application/json; charset=nonsense",
        "",
    ]:
        show("KIND " + kind, raw(b'{"name":"a","email":"a@b.test"}', kind))
        show("KIND media " + kind, raw(b"--x", kind, f"/models/{P['model'][0]}/media"))
    show(
        "KIND media big",
        raw(
            b'--x\r\nContent-Disposition: form-data; name="file"; filename="a.png"\r\n\r\n'
            + b"x" * (21 * 1024 * 1024)
            + b"\r\n--x--\r\n",
            "multipart/form-data; boundary=x",
            f"/models/{P['model'][0]}/media",
        ),
    )

    def up(content, name="a.png", kind="image/png", **more):
        return house.http.post(
            f"/api/v1/models/{P['model'][0]}/media",
            data={"file": (io.BytesIO(content), name, kind), **more},
            headers={"Authorization": f"Bearer {o.token}"},
        )

    for c, n, k in [
        (b"<svg onload=alert(1)>", "a.png", "image/png"),
        (b"GIF89a<script>", "a.png", "image/png"),
        (b"%PDF-1.4", "a.pdf", "application/pdf"),
        (drawn(), "a.jpg", "image/jpeg"),
        (drawn(), "a.png\0.exe", "image/png"),
        (drawn() + b"<?php", "a.png", "image/png"),
        (drawn()[:40], "a.png", "image/png"),
        (b"", "a.png", "image/png"),
        (b"\x89PNG\r\n\x1a\n" + b"\0" * 100, "a.png", "image/png"),
        (drawn(), "../../etc/passwd", "image/png"),
        (b"#!/bin/sh\n", "a.png", "image/png"),
        (b"MZ" + b"\0" * 200, "a.png", "image/png"),
    ]:
        show("UP " + n + repr(c[:10]) + k, up(c, n, k))
    show("UP title", up(drawn("blue"), title="x" * 301))
    show("UP title", up(drawn("blue"), title="a\0b"))
    show("UP title", up(drawn("blue"), title="a\ud800b".encode("utf-8", "surrogatepass")))
    for mth in ["TRACE", "PUT", "PATCH", "BREW"]:
        show(mth, o.send(mth, "/clients", {}))
