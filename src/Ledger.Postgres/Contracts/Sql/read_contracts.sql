-- The contracts of events: the newest version of each name, or with $1 all versions; by name and version.
select c.name,
       c.version,
       c.schema,
       c.upcast_to,
       c.is_enforced,
       c.declared_by,
       c.declared_at
from {ledger}.event_contract as c
where $1
   or not exists (
       select
       from {ledger}.event_contract as n
       where n.name = c.name
         and n.version > c.version)
order by c.name, c.version
