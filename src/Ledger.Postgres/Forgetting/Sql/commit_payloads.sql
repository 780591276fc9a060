-- The salted commitments to payloads that are not written yet. $1 the salts, $2 the payloads, $3 the headers, null for those that stay. A row for each, in order.
select {ledger}.payload_commitment_v1(n.salt, 'data', convert_to(n.data::text, 'UTF8')),
       {ledger}.payload_commitment_v1(n.salt, 'headers', convert_to(n.headers::text, 'UTF8'))
from unnest($1::bytea[], $2::jsonb[], $3::jsonb[]) with ordinality as n (salt, data, headers, ordinal)
order by n.ordinal
