-- Snapshots of worlds in format 2: the world's members lie beside the others, so that Marten's LINQ reads them. The checksum, which is of the world
-- alone, stays.

update {events}.mt_doc_ledger_world as d
set data = (d.data - 'world') || (d.data -> 'world') || '{"format": 2}',
    mt_dotnet_type = 'Ledger.Marten.LedgerWorld'
where d.data ->> 'format' = '1'
  and jsonb_typeof(d.data -> 'world') = 'object';
