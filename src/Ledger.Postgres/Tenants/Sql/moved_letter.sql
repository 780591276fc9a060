-- A dead letter, {column} of a table t, with the number that its event gets.
jsonb_set(
    t.{column},
    '{EventSequence}',
    coalesce((select to_jsonb(m.new) from pg_temp.moved_number as m where m.old = (t.{column} ->> 'EventSequence')::bigint), '0')) as {column}
