using Npgsql;
using Wolverine;
using Wolverine.Persistence.Durability;
using Wolverine.RDBMS;

namespace Ledger.Wolverine.Sessions;

/// <summary>The inbox and the outbox in the transaction of a message, which only its session ends.</summary>
/// <remarks>
/// Wolverine rolls a transaction back, or disposes it, when the handler and with it the session has ended. By then the connection is in its pool, or another message has it,
/// and Npgsql uses the object of a transaction again with its connection: the transaction of the other message would end.
/// </remarks>
#pragma warning disable CA1001 // To dispose the field would end the transaction.
internal sealed class SessionEnvelopes(IMessageDatabase messages, NpgsqlTransaction transaction) : IEnvelopeTransaction
#pragma warning restore CA1001
{
    private readonly DatabaseEnvelopeTransaction _envelopes = new(messages, transaction);
    private volatile bool _isEnded;

    private DatabaseEnvelopeTransaction Envelopes => !_isEnded ? _envelopes : throw new InvalidOperationException(
        "The message's transaction has ended, so that nothing can be published with it. Nothing was written; publish within the handler, or after it with an IMessageBus of "
        + "another scope.");

    public Task PersistOutgoingAsync(Envelope envelope) => Envelopes.PersistOutgoingAsync(envelope);

    public Task PersistOutgoingAsync(Envelope[] envelopes) => Envelopes.PersistOutgoingAsync(envelopes);

    public Task PersistIncomingAsync(Envelope envelope) => Envelopes.PersistIncomingAsync(envelope);

    public Task<bool> TryMakeEagerIdempotencyCheckAsync(Envelope envelope, DurabilitySettings settings, CancellationToken cancellation) =>
        Envelopes.TryMakeEagerIdempotencyCheckAsync(envelope, settings, cancellation);

    public ValueTask RollbackAsync() => ValueTask.CompletedTask;

    /// <summary>Refuses whatever comes later, before the object of the transaction is another message's.</summary>
    public void End() => _isEnded = true;
}
