using Ledger.Postgres.Projections.Daemon;
using Shouldly;

namespace Ledger.Postgres.Tests.Worlds;

/// <summary>The rows of worlds as one text, to be compared with those that the server and the client make of the log.</summary>
internal static class StoredRows
{
    private const string Rows = """
        select string_agg(w.text, E'\n' order by w.text collate "C")
        from (
            select o::text as text from ledger.world_object as o where o.stream in ({0})
            union all select o::text from ledger.world_object_past as o where o.stream in ({0})
            union all select r::text from ledger.world_relation as r where r.stream in ({0})
            union all select r::text from ledger.world_relation_past as r where r.stream in ({0})
            union all select f::text from ledger.world_fault as f where f.stream in ({0})
            union all select h::text from ledger.world_head as h where h.stream in ({0})) as w
        """;

    public static Task<string> ReadAsync(LedgerDatabase database, IEnumerable<StreamName> streams) => database.ScalarAsync<string>(
        Rows.Replace("{0}", string.Join(", ", streams.Select(s => $"'{s}'")), StringComparison.Ordinal));

    /// <summary>The rows that there are, those that the procedure makes and those that a rebuild makes are the same.</summary>
    public static async Task ShouldBeThoseOfTheLogAsync(LedgerDatabase database, StreamName[] streams, string present)
    {
        var written = await ReadAsync(database, streams);
        written.ShouldContain($",{present},");

        await database.ExecuteAsync("call ledger.rebuild_worlds()");
        (await ReadAsync(database, streams) == written).ShouldBeTrue("The rows are not those of the function.");

        await new ProjectionAdmin(database.DataSource).RebuildAsync("ledger:world");
        (await ReadAsync(database, streams) == written).ShouldBeTrue("The rows are not those of the rebuild.");
    }
}
