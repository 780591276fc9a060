using Ledger.Log;
using Shouldly;
using Xunit;

namespace Ledger.Seal.Tests.Auditing;

/// <summary>A tile that was changed is named, and marks none of the events that it has hashes of.</summary>
public sealed class DamagedTileTests
{
    private const int Events = 600;

    private static readonly string[] Damages =
    [
        "update ledger.seal_tile set hashes = decode(repeat('ab', length(hashes)), 'hex') where {0}",
        "update ledger.seal_tile set hashes = set_byte(hashes, 40, 255 - get_byte(hashes, 40)) where {0}",
        "update ledger.seal_tile set hashes = substr(hashes, 1, 32) where {0}",
        "delete from ledger.seal_tile where {0}",
    ];

    [Fact]
    public async Task AuditAndCheck_EachTileDamaged_NameItAndMarkOnlyTheEventThatChanged()
    {
        await using var database = await SealDatabase.CreateAsync();
        await database.Store.AppendAsync(StreamName.Run("a"), ExpectedVersion.Any, [.. Enumerable.Range(0, Events).Select(n => new NewEvent(new KitLoaded($"kit {n}")))]);
        await database.SignAsync();
        var ids = (await database.Store.ReadForwardAsync(StreamName.Run("a")).ToListAsync()).ConvertAll(recorded => recorded.Id);
        await database.ForgeAsync("create table tiles as select * from ledger.seal_tile");
        foreach (var (level, tile, path) in new[] { (0, 0, "tile/0/000"), (0, 1, "tile/0/001"), (0, 2, "tile/0/002.p/88"), (1, 0, "tile/1/000.p/2") })
        {
            foreach (var damage in Damages)
            {
                // An event that was changed, in another tile.
                var changed = level == 0 && tile == 1 ? 20 : 300;
                await database.ForgeAsync(string.Format(null, damage, $"level = {level} and tile = {tile}"));
                await database.ForgeAsync($"update ledger.mt_events set data = '{{\"kit\": \"forged\"}}' where version = {changed}");

                var (audit, findings) = await database.AuditAsync();
                findings.Count.ShouldBe(2, $"{path} {damage}: {string.Join('\n', findings)}");
                findings.ShouldContain(f => f.Kind == SealFindingKind.SealDamaged && f.Message.StartsWith($"Tile {tile} of level {level} is", StringComparison.Ordinal), $"{path} {damage}: {string.Join('\n', findings)}");
                findings.ShouldContain(f => f.Kind == SealFindingKind.Changed && f.Sequence == changed && f.Columns.SequenceEqual(new[] { "data" }));
                audit.Checkpoints.ShouldBe(1, path);

                var states = (await database.Seal.CheckAsync(ids))!;
                states.Where(one => one.State != CheckedState.AsSealed).ShouldHaveSingleItem($"{path} {damage}").ShouldSatisfyAllConditions(
                    one => one.Id.ShouldBe(ids[changed - 1]), one => one.State.ShouldBe(CheckedState.Changed));
                states.Select(one => one.DamagedTile).OfType<string>().Distinct().ShouldBe([path]);

                await database.ForgeAsync($$"""
                    delete from ledger.seal_tile;
                    insert into ledger.seal_tile select * from tiles;
                    update ledger.mt_events set data = '{"kit": "kit {{changed - 1}}"}' where version = {{changed}}
                    """);
            }
        }

        // Of a tile with an event that was changed too, one hash tells which is which.
        await database.ForgeAsync(string.Format(null, Damages[1], "level = 0 and tile = 1"));
        await database.ForgeAsync("update ledger.mt_events set data = '{\"kit\": \"forged\"}' where version = 300");
        (await database.Seal.CheckAsync(ids))!.Where(one => one.State != CheckedState.AsSealed).ShouldHaveSingleItem().Id.ShouldBe(ids[299]);
        (await database.AuditAsync()).Findings.Select(f => $"{f.Kind} {f.Leaf}").ShouldBe(["SealDamaged 257", "Changed 299"], ignoreOrder: true);

        // Of one that was changed as a whole, nothing does, and no event is called as sealed or changed by it.
        await database.ForgeAsync(string.Format(null, Damages[0], "level = 0 and tile = 1"));
        (await Should.ThrowAsync<SealBrokenException>(() => database.Seal.CheckAsync(ids))).Message.ShouldStartWith("Tile 1 of level 0 of the seal");
        (await database.AuditAsync()).Findings.Select(f => $"{f.Kind} {f.Leaf}").ShouldContain("Changed 299");
    }
}
