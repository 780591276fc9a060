using Ledger.Cli.Connections;
using Ledger.Cli.Output;
using Ledger.Explorer.Contracts;
using Npgsql;

namespace Ledger.Cli.Profiles;

/// <summary>Prints profiles: of a connection its host, port, database and user.</summary>
internal static class ProfileText
{
    public static ProfileContract ContractOf(string name, ProfileFile file)
    {
        var profile = file.Profiles[name];
        return new ProfileContract(name, name == file.Default, Shown(profile.Connection), profile.Schema, profile.RetryFor, profile.Output, profile.Utc);
    }

    public static void Print(Session session, string name, ProfileFile file)
    {
        var profile = ContractOf(name, file);
        if (session.Json)
        {
            session.Out.Json(profile, ContractContext.Default.ProfileContract);
            return;
        }

        session.Out.Fact("Profile   ", $"{name}{(profile.IsDefault ? ", the default" : "")}", Tone.Name);
        session.Out.Fact("Connection", profile.Connection ?? "-");
        session.Out.Fact("Schema    ", profile.Schema ?? "-");
        session.Out.Fact("Retry for ", profile.RetryFor is { } seconds ? Printable.Count(seconds, "second") : "-");
        session.Out.Fact("Output    ", profile.Output ?? "-");
        session.Out.Fact("UTC       ", profile.Utc is { } utc ? utc ? "yes" : "no" : "-");
    }

    // What else is in a connection may be secret, such as the password of a key.
    private static string? Shown(string? connection)
    {
        if (connection is null)
        {
            return null;
        }

        try
        {
            var parts = new NpgsqlConnectionStringBuilder(ServerAddress.Check("The profile", connection));
            var shown = new NpgsqlConnectionStringBuilder { Host = parts.Host, Database = parts.Database, Username = parts.Username };
            if (parts.Port != NpgsqlConnection.DefaultPort)
            {
                shown.Port = parts.Port;
            }

            return shown.ConnectionString;
        }
        catch (UsageException)
        {
            return "not a connection string";
        }
    }
}
