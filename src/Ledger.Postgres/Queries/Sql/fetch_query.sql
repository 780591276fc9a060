-- The next rows of a question.
fetch forward 1000 from ledger_query
