using Ledger.Cli.Output;
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

        session.Out.Json(writer =>
        {
            writer.WriteStartObject();
            writer.WriteBoolean("running", status.Running);
            writer.WriteString("version", status.Version);
            writer.WriteString("data_folder", status.DataFolder);
            writer.WriteString("connection_string", status.ConnectionString);
            writer.WriteEndObject();
        });
    }
}
