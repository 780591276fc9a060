using Npgsql;
using Wolverine;
using Wolverine.RDBMS;
using Wolverine.Runtime;

namespace Ledger.Wolverine.Sessions;

/// <summary>A message's transaction on the native engine: the append, the inbox and the outbox on one connection, which it owns.</summary>
internal sealed class TransactionSession(
    NpgsqlTransaction transaction,
    SessionEnvelopes envelopes,
    AgentLedger ledger,
    StateReader states,
    MessageContext context,
    IMessageDatabase messages,
    TimeProvider timeProvider)
    : LedgerSession
{
    private readonly NpgsqlConnection _connection = transaction.Connection!;

    public override AgentLedger Ledger => ledger;

    public override NpgsqlTransaction Transaction => transaction;

    private protected override StateReader States => states;

    private protected override bool IsRetry => context.Envelope is { Attempts: > 1 };

    public override async ValueTask DisposeAsync()
    {
        envelopes.End();
        await transaction.DisposeAsync().ConfigureAwait(false);
        await _connection.DisposeAsync().ConfigureAwait(false);
    }

    private protected override AgentLedger Locked() => ledger;

    private protected override async Task CommitAsync(CancellationToken cancellationToken)
    {
        // A message of the durable inbox is done with its events, or not at all.
        var isInInbox = context.Envelope is { Destination: not null, WasPersistedInInbox: true };
        if (isInInbox)
        {
            var keepUntil = timeProvider.GetUtcNow() + context.Runtime.Options.Durability.KeepAfterMessageHandling;
            await messages.MarkIncomingEnvelopeAsHandledInTransactionAsync(
                _connection, transaction, context.Envelope!, keepUntil, cancellationToken).ConfigureAwait(false);
        }

        await transaction.CommitAsync(cancellationToken).ConfigureAwait(false);
        if (isInInbox)
        {
            context.Envelope!.Status = EnvelopeStatus.Handled;
        }
    }
}
