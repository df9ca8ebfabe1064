"""The sentences in which commands say why something is not done, as patterns: ``said.py`` finds them and says them to a reader.

A place in a pattern is named after what stands there: ``move``, ``state``, ``field``, ``kind``, ``kinds``, ``role`` and
``queue`` are names of the documents, ``fields``, ``roles``, ``moves``, ``queues`` and ``options`` are lists of them, ``told`` is a sentence or a part of one that
is in the table itself, ``number`` is a number, and everything else is said as it stands. Of two patterns that fit, the
first holds: what is narrow stands above what is wide.
"""

from __future__ import annotations

from app.web.wording.language import marked

WHOLE = (
    # Bookings, options and what is around them
    marked("an option ends within 30 days from now"),
    marked("The client is blocked and gets no new booking: unblock the client first."),
    marked("The client is archived and gets no new booking: choose another client."),
    marked("The model is a draft and cannot be booked: publish the model first."),
    marked("The model is archived and cannot be booked: choose another model."),
    marked("The model has an open booking: finish or cancel what is open before archiving the model."),
    marked("The model has %(number)s open bookings: finish or cancel what is open before archiving the model."),
    marked("an option keeps its %(field)s: release it and hold the other one"),
    marked("The money was received: its amount, purpose and booking stay as they were. Refund it, or ask for another."),
    marked("the booking is in %(currency)s"),
    marked(
        "The booking has payments or services in %(currency)s, so that its total stays in it:"
        " make a new booking for the other currency."
    ),
    marked("This booking holds an option already."),
    marked("The model's time is taken already."),
    marked("The model's time is taken already, by booking %(code)s."),
    marked("Only a lower option can challenge the first one."),
    marked("there is no %(about)s: write the kind and the id of what it is about, such as booking/ID"),
    marked("choose a model; `match` says who fits"),
    marked(
        "the model's day rate over these days comes to more than an amount can hold: shorten the booking, "
        "or have the rate looked at"
    ),
    # What the store refuses
    marked("The model is firmly booked at that time already, by %(kind)s %(code)s."),
    marked("The model is firmly booked at that time already."),
    marked("The model's time is taken then already, by %(kind)s %(code)s."),
    marked("The model's time is taken then already."),
    marked("There is one with this %(field)s already, by %(kind)s %(code)s."),
    marked("There is one with this %(field)s already."),
    marked("It refers to something that is not there."),
    marked("The store does not allow this."),
    marked("%(told)s Nothing was changed; send the request again."),
    # Pictures
    marked("The model is archived and gets no more pictures."),
    marked("The model has this picture already."),
    marked("The model has %(number)s pictures, which is the most; remove one first."),
    marked("The model's pictures would come to more than %(number)s MB; remove some first."),
    marked("make another picture the cover instead"),
    # Work
    marked("an instant to come, within a year"),
    marked("say why it is put off"),
    marked("say how it was settled"),
    marked('nobody works a queue "%(queue)s"; %(told)s'),
    marked("the queues are %(queues)s"),
    marked("%(kind)s has no queue"),
    # Undo
    marked("This was undone already."),
    marked("It is too late to undo this: the time for it is over."),
    marked("What was done to people is not undone: change it back."),
    marked("What a booking costs beside its model is not undone: add or remove the service again."),
    marked("This cannot be undone any more: a message has left already."),
    marked("This cannot be undone any more: the platform has acted on something that it touched since."),
    marked("This cannot be undone any more: the platform has acted on %(kind)s %(id)s since."),
    marked("This cannot be undone any more: %(who)s has acted on something that it touched since."),
    marked("This cannot be undone any more: %(who)s has acted on %(kind)s %(id)s since."),
    # People, roles, passwords
    marked("This person has chosen a password already, or was deactivated."),
    marked("This is the last owner who can sign in: make somebody else with a password an owner first."),
    marked("%(role)s may do what your roles do not allow you yourself, such as %(permission)s"),
    marked("%(role)s grants %(permission)s more widely than your own roles"),
    marked("only an owner looks as another role"),
    marked("there is no such role"),
    marked('there is no role "%(name)s"; %(told)s'),
    marked("the roles are %(roles)s"),
    marked("one or more roles, each once: %(roles)s"),
    marked("there is no active user %(id)s"),
    marked("this link does not hold any more: ask for another"),
    marked("this is not your password"),
    marked("your password was changed meanwhile"),
    marked("at least %(number)s characters, better 15: a few words that only you put together"),
    marked("this is one of the passwords that are tried first"),
    marked("use more than a few different characters"),
    marked('"%(word)s" is easily guessed here: say something of your own'),
    marked("This token does not hold: get a new one, or sign in."),
    marked("You are no longer signed in: sign in again."),
    marked("Your session has ended after a while without you: sign in again."),
    marked("wrong address or password"),
    marked("a refresh token was used twice; its sign-in was ended"),
    # Roles decide
    marked("no role of yours grants %(permission)s"),
    marked("%(role)s grants %(permission)s, and its condition holds"),
    marked("%(role)s grants %(permission)s only where its condition holds, which cannot be judged: %(line)s"),
    marked("%(role)s grants %(permission)s only where its condition holds: %(line)s is false (%(values)s)"),
    marked("%(role)s grants %(permission)s only where its condition holds: %(line)s is true (%(values)s)"),
    marked("%(role)s grants %(permission)s only where its condition holds: %(line)s is false"),
    marked("%(role)s grants %(permission)s only where its condition holds: %(line)s is true"),
    marked('%(role)s grants %(permission)s for nothing only; "%(field)s" is not among them'),
    marked('%(role)s grants %(permission)s for %(fields)s only; "%(field)s" is not among them'),
    marked("%(role)s grants %(permission)s"),
    marked("%(role)s does not grant %(permission)s"),
    marked("%(roles)s do not grant %(permission)s"),
    marked("%(role)s is unavailable and grants nothing"),
    marked("%(roles)s are unavailable and grant nothing"),
    marked("the actor has no role, and %(permission)s is granted by roles only"),
    marked("%(permission)s is no permission on nothing in particular"),
    marked("%(permission)s is no permission on a %(kind)s"),
    marked('%(role)s may not change "%(field)s"'),
    marked('%(role)s may not see "%(field)s" of %(kinds)s, and so may not set it: leave it out'),
    marked("%(role)s may change some fields of a model only, and not its media"),
    # Moves
    marked('"%(move)s" needs a %(field)s'),
    marked('"%(move)s" does not start from "%(state)s".'),
    marked('"%(move)s" leads to "%(state)s", not to "%(state2)s".'),
    marked('The guard of "%(move)s" does not hold.'),
    marked('The guard of "%(move)s" cannot be judged: %(why)s.'),
    marked('"%(move)s" requires %(fields)s.'),
    marked('Nothing leads from "%(state)s" to "%(state2)s".'),
    marked("It does not apply."),
    marked('%(kind)s has no transition "%(move)s"; %(told)s'),
    marked('%(kind)s has no transition "%(move)s".'),
    marked("the transitions are %(moves)s"),
    marked('%(kind)s declares no event "%(event)s"'),
    # Values
    marked("%(kind)s needs %(field)s"),
    marked("it is set by the platform"),
    marked('did you mean "%(name)s"?'),
    marked("no such field of your own"),
    marked("no such field"),
    marked("there is no %(kind)s %(id)s"),
    marked("it must end after it starts"),
    marked("this is no e-mail address, such as name@example.com"),
    marked("expected an e-mail address"),
    marked("at most %(number)s names of queues of at most %(number2)s characters"),
    marked("at most %(number)s characters"),
    marked("%(number)s to %(number2)s printable characters"),
    marked("a text of %(number)s to %(number2)s characters"),
    marked("a whole number from %(number)s to %(number2)s"),
    marked("expected a number from %(number)s to %(number2)s"),
    marked("one line without control characters"),
    marked("expected a text without control characters, on one line"),
    marked("expected a text without control characters"),
    marked("expected a text that is not blank"),
    marked("expected a text, or null"),
    marked("expected true or false"),
    marked("expected a zone of the IANA database, such as Europe/Berlin"),
    marked("a zone of the IANA database, such as Europe/Berlin"),
    marked("expected an instant in the years 1970 to 2199"),
    marked("expected the code of a currency (ISO 4217) in capital letters, such as EUR"),
    marked("expected an amount of nothing or more"),
    marked("expected an amount of at most %(number)s minor units"),
    marked("expected a language (BCP 47) such as en or pt-BR"),
    marked("a language such as en or ru"),
    # What a value is read from
    marked("expected %(told)s, found %(told2)s"),
    marked("one of %(options)s"),
    marked("true or false"),
    marked("a whole number of 64 bits"),
    marked("a number"),
    marked("an instant such as 2026-04-01T10:00:00Z"),
    marked("an instant"),
    marked("a span such as 30m, 2h or 1d"),
    marked("a span"),
    marked("a date such as 2026-04-01"),
    marked("an amount of 64 bits in minor units"),
    marked("a text"),
    marked("a list"),
    marked("an object"),
    marked('the text "%(text)s"'),
    marked("the number %(number)s"),
)
"""Each is said as it is written."""

OTHERWISE = {
    "Option %(id)s stands on this slot: release the option first.": marked(
        "An option stands on this slot: release the option first."
    ),
    "Option %(id)s holds the booking's model at the old time:"
    " release it first, then move the booking and hold the new time.": marked(
        "An option holds the booking's model at the old time: "
        "release it first, then move the booking and hold the new time."
    ),
    '"%(field)s" of %(kind)s is made %(options)s by hand, and only one of these is changed:'
    " what else it is comes of payments. Record the payment, or its refund.": marked(
        "Of this field (%(field)s) only %(options)s are set by hand: what else it is comes of payments. "
        "Record the payment, or its refund."
    ),
    "%(kind)s is given away by a command of its own: send it to %(path)s": marked(
        "This is given away by an act of its own: use Assign."
    ),
    '"%(move)s" of %(kind)s is part of a command that does more: send it to %(path)s.': marked(
        "“%(move)s” is part of an act that does more: use that act."
    ),
    'money such as {"amount": 5000, "currency": "%(currency)s"}': marked(
        "an amount of money in %(currency)s, such as 50.00"
    ),
    'expected money such as {"amount": 50000, "currency": "EUR"}, found %(told)s': marked(
        "an amount of money, such as 500.00 EUR"
    ),
    "there is no model %(id)s": marked("There is no such model, or you may not see it."),
    "%(field)s is missing.": marked("%(field)s is missing."),
}
"""What is written for programs is said otherwise to people."""
