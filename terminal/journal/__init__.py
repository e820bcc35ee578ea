"""What must survive: the outbox (sealed enrolments and audit, one commit) and the mailbox (what the fleet sent).

One writer per file and folder: the terminal writes `outbox.db` and reads `uplink/mailbox.db`, the uplink the other way
round.
"""
