-- The version that the document of a run stands for: $1 the run's stream.
select coalesce((select d.mt_version from ledger.mt_doc_bench_count as d where d.id = $1), 0)
