using Ledger.Cli.Output;
using Ledger.Explorer.Contracts;
using Ledger.Postgres.Local;

namespace Ledger.Cli.Local;

/// <summary>Prints the state of the private server.</summary>
internal static class ClusterText
{
    public static void Print(Session session, LocalClusterStatus status)
    {
        if (!session.Json)
        {
            session.Out.Fact("Running", status.Running ? "yes" : "no", status.Running ? Tone.Added : Tone.Plain);
            session.Out.Fact("Version", status.Version ?? "not created yet");
            session.Out.Fact("Data folder", status.DataFolder);
            session.Out.Fact("Connection", status.ConnectionString);
            return;
        }

        var answer = new ClusterContract(status.Running, status.DataFolder, status.ConnectionString, status.Version);
        session.Out.Json(answer, ContractContext.Default.ClusterContract);
    }
}
