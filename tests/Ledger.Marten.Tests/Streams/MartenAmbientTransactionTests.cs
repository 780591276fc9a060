using Ledger.Conformance.Appending;
using Ledger.Log;
using Ledger.Postgres;
using Marten;
using Marten.Services;
using Xunit;

namespace Ledger.Marten.Tests.Streams;

public sealed class MartenAmbientTransactionTests(MartenDatabase database) : AmbientTransactionTests(database), IClassFixture<MartenDatabase>
{
    protected override Task<IEventStore> CreateStoreAsync() => Task.FromResult<IEventStore>(
        database.CreateStore(o => o with { RetryFor = TimeSpan.FromMinutes(2) }));

    protected override Task<IEventStore> CreateOutsideStoreAsync() => Task.FromResult<IEventStore>(database.CreateStore(
        o => o with { AmbientTransactions = AmbientTransactions.Outside, RetryFor = TimeSpan.FromMinutes(2) }));

    protected override Task DisturbAsync() => database.DisturbAsync();

    protected override async Task AppendInScopeAsync(StreamName stream, NewEvent newEvent)
    {
        await using var session = _documents.OpenSession(SessionOptions.ForCurrentTransaction());
        await session.Ledger().GetStream(stream).AppendAsync([newEvent]);
        await session.SaveChangesAsync();
    }

    private readonly DocumentStore _documents = database.CreateDocumentStore();
}
