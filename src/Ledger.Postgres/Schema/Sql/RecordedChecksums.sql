-- What the database records, one text: a line for each migration, in order, and for each function, by name, with its name and its checksum.
select concat_ws(
    E'\n',
    (select string_agg(to_char(m.number, 'FM0000') || '_' || m.name || ' ' || m.checksum, E'\n' order by m.number) from {ledger}.migration as m),
    (select string_agg(f.name || ' ' || f.checksum, E'\n' order by f.name collate "C") from {ledger}.schema_function as f))
