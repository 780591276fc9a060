-- Begins a question: the settings of its transaction, which is read-only from its first statement on. After this statement PostgreSQL refuses to make the
-- transaction a writing one, because it has a snapshot. $1 the time limit in milliseconds.
-- Strings have no escapes, so that the server reads the text as the check did; a cursor is planned for all of its rows.
select set_config('statement_timeout', $1::text, true),
       set_config('lock_timeout', $1::text, true),
       set_config('idle_in_transaction_session_timeout', $1::text, true),
       set_config('standard_conforming_strings', 'on', true),
       set_config('cursor_tuple_fraction', '1', true),
       set_config('datestyle', 'ISO, YMD', true),
       set_config('timezone', 'UTC', true),
       set_config('intervalstyle', 'postgres', true),
       set_config('bytea_output', 'hex', true),
       set_config('jit', 'off', true),
       set_config('search_path', quote_ident({ledger_text}) || ', ' || current_setting('search_path'), true)
