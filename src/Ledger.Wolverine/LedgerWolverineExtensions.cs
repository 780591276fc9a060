using JasperFx.Events;
using Ledger.Wolverine.Handling;
using Ledger.Wolverine.Messages;
using Ledger.Wolverine.Sessions;
using Microsoft.Extensions.DependencyInjection.Extensions;
using Wolverine.ErrorHandling;
using Wolverine.Persistence.Sagas;

namespace Wolverine;

/// <summary>Puts Ledger into an application of Wolverine.</summary>
public static class LedgerWolverineExtensions
{
    /// <summary>Lets handlers take and append to runs, and handles Ledger's own messages.</summary>
    /// <remarks>
    /// <list type="number">
    /// <item>A handler that takes a <see cref="Ledger.World"/>, a <see cref="Ledger.Run"/> or the state of an aggregate is given that
    /// of the run which its message names, by a member <c>RunId</c> or <c>Id</c>, or one with <c>[Identity]</c>. A text with a colon is the name of
    /// a stream, any other the id of a run. The events that it returns are appended at the length that it was given, in one transaction with
    /// Wolverine's inbox and outbox. <c>[WriteModel]</c>, <c>[ReadModel]</c>, <c>[DeciderFunction]</c> and <c>IEventStream&lt;T&gt;</c> mean what they
    /// mean everywhere; what may be returned is Wolverine's rule for aggregate handlers.</item>
    /// <item>An aggregate is known when an <see cref="Ledger.Projections.Aggregate{T}"/> or a <see cref="Ledger.Projections.Snapshot{T}"/> of it is in the
    /// container. A run that does not exist has the empty world, or the aggregate's initial state.</item>
    /// <item>A handler that takes a <see cref="LedgerSession"/> works in the same transaction.</item>
    /// <item>When somebody else was faster, the handler runs again on what is there then, up to five times; from the second try on it has the stream
    /// locked, so that nobody is faster again. A policy for <see cref="Ledger.Log.WrongExpectedVersionException"/> that is set before this
    /// call comes first.</item>
    /// <item><see cref="StartRun"/>, <see cref="AppendEvents"/>, <see cref="ForkRun"/>, <see cref="SaveSnapshot"/> and <see cref="RebuildProjection"/> are handled;
    /// each cascades a message that says what happened.</item>
    /// </list>
    /// <para>The log is that of <c>AddMarten(…).AddLedger().IntegrateWithWolverine()</c>, or that of <c>AddLedger()</c> with
    /// <c>PersistMessagesWithPostgresql</c> on the same database.</para>
    /// </remarks>
    /// <param name="options">Wolverine's options.</param>
    public static WolverineOptions UseLedger(this WolverineOptions options)
    {
        ArgumentNullException.ThrowIfNull(options);
        options.Services.TryAddSingleton<LedgerEngine>();
        options.CodeGeneration.InsertFirstPersistenceStrategy<LedgerFrameProvider>();
        options.CodeGeneration.Sources.Add(new LedgerSessionSource(options.Services));
        options.Policies.Add<LedgerHandlerPolicy>();
        options.Discovery.IncludeType(typeof(LedgerMessageHandler));

        // Forwarded events are handled by their interface, as they are in Wolverine.Marten.
        options.MapGenericMessageType(typeof(IEvent<>), typeof(Event<>));
        options.OnException(Conflicts.Contains, "A run was appended to by somebody else")
            .RetryWithCooldown([.. Conflicts.Cooldowns])
            .WithFullJitter();
        return options;
    }
}
