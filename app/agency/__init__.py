"""The first agency at work: a seeded simulator of its days.

It plays the people, the web form and the payment provider. What rules, timers and schedules do in answer comes from
the engine, so that every root event fits the state the rules have made.
"""
