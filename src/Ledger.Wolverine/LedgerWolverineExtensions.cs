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
    /// <summary>Enables handlers that read and append to runs, and handles Ledger's own messages.</summary>
    /// <remarks>
    /// <list type="number">
    /// <item>A handler that takes a <see cref="Ledger.World"/>, a <see cref="Ledger.Run"/> or the state of an aggregate receives that of the run named by its
    /// message, in a member <c>RunId</c> or <c>Id</c>, or one with <c>[Identity]</c>. A text with a colon is the name of a stream, any other the id of a run.
    /// The events that it returns are appended at the length that it read, in one transaction with Wolverine's inbox and outbox. <c>[WriteModel]</c>,
    /// <c>[ReadModel]</c>, <c>[DeciderFunction]</c> and <c>IEventStream&lt;T&gt;</c> have their usual meaning; return values follow Wolverine's rules for
    /// aggregate handlers.</item>
    /// <item>An aggregate is supported if an <see cref="Ledger.Projections.Aggregate{T}"/> or a <see cref="Ledger.Projections.Snapshot{T}"/> of it is in the
    /// container, or if Marten has it by <c>SnapshotOfHistory</c>. A run that does not exist has the empty world, the aggregate's initial state, or null for
    /// one of Marten's.</item>
    /// <item>A handler that takes a <see cref="LedgerSession"/> works in the same transaction.</item>
    /// <item>When another writer was faster, the handler runs again on the new state, up to five times; from the second try on it locks the stream, so that it
    /// cannot lose again. A policy for <see cref="Ledger.Log.WrongExpectedVersionException"/> that is set before this call comes first.</item>
    /// <item>While other nodes make Marten's tables, a handler that needs them runs again, for up to half a minute. It is better to make them at the start, by
    /// <c>ApplyAllDatabaseChangesOnStartup()</c>.</item>
    /// <item><see cref="StartRun"/>, <see cref="AppendEvents"/>, <see cref="ForkRun"/>, <see cref="SaveSnapshot"/> and <see cref="RebuildProjection"/> are handled;
    /// each cascades a message with the result.</item>
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
        options.OnException(Conflicts.Contains, "Another writer appended to the run")
            .RetryWithCooldown([.. Conflicts.Cooldowns])
            .WithFullJitter();
        options.OnException(TableRaces.Contains, "Another node made the same tables")
            .RetryWithCooldown([.. TableRaces.Cooldowns])
            .WithFullJitter();
        return options;
    }
}
