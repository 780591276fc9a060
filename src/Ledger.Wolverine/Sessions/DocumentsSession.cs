using Ledger.Marten;
using Marten;
using Wolverine.Runtime;

namespace Ledger.Wolverine.Sessions;

/// <summary>A message's session of Marten: the append is written when Wolverine saves the session, with its documents, inbox and outbox.</summary>
internal sealed class DocumentsSession(IDocumentSession session, MessageContext? context, StateReader states) : LedgerSession
{
    public override AgentLedger Ledger { get; } = session.Ledger();

    private protected override StateReader States => states;

    private protected override bool IsRetry => context?.Envelope is { Attempts: > 1 };

    public override ValueTask DisposeAsync() => ValueTask.CompletedTask;

    private protected override AgentLedger Locked() =>
        new(StoreConfiguration.Of(session.DocumentStore).NativeOn(session), Ledger.Options);

    // Wolverine saves the session after this.
    private protected override Task CommitAsync(CancellationToken cancellationToken) => Task.CompletedTask;
}
