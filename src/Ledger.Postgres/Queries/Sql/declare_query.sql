-- A question behind a cursor, which takes nothing but one query without changes; its text follows.
declare ledger_query no scroll cursor for
