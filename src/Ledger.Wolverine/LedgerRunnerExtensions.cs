using Ledger.Runs;
using Ledger.Wolverine.Messages;
using Ledger.Wolverine.Running;
using Microsoft.Extensions.DependencyInjection;

namespace Wolverine;

/// <summary>Lets agents be run on by messages.</summary>
public static class LedgerRunnerExtensions
{
    /// <summary>Registers an <see cref="IRunRunner"/> that sends a <see cref="ContinueRun"/>: what the explorer calls when a person changed an event in a branch.</summary>
    /// <remarks>The application handles the message, here or where Wolverine's routes send it. Without a handler or a route the request fails, and says so.</remarks>
    /// <param name="options">Wolverine's options.</param>
    public static WolverineOptions UseLedgerRunner(this WolverineOptions options)
    {
        ArgumentNullException.ThrowIfNull(options);
        options.Services.AddSingleton<IRunRunner, MessageRunner>();
        return options;
    }
}
