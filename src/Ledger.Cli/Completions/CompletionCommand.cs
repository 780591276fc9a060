using System.CommandLine;

namespace Ledger.Cli.Completions;

/// <summary><c>ledger completion</c></summary>
/// <remarks>The scripts ask the command itself what can follow, by the directive <c>[suggest:POSITION]</c> of System.CommandLine.</remarks>
internal sealed class CompletionCommand : LedgerCommand
{
    private static readonly string[] Shells = ["bash", "zsh", "fish", "pwsh"];

    private readonly Argument<string> _shell = new("SHELL")
    {
        Description = "The shell: bash, zsh, fish or pwsh.",
        CustomParser = result =>
        {
            var typed = result.Tokens[0].Value;
            if (!Shells.Contains(typed, StringComparer.Ordinal))
            {
                result.AddError($"SHELL must be one of {string.Join(", ", Shells)}, but was '{typed}'");
            }

            return typed;
        },
    };

    public CompletionCommand()
        : base("completion", "Prints a script with which a shell completes commands and options.")
    {
        _shell.CompletionSources.Add(Shells);
        Add(_shell);
        Examples = ["source <(ledger completion bash)", "ledger completion fish | source"];
    }

    public override bool NeedsNoProfile => true;

    public override async Task RunAsync(Session session, CancellationToken cancellationToken)
    {
        var name = $"{typeof(CompletionCommand).Namespace}.Scripts.completion.{session.Get(_shell)}";
        using var script = new StreamReader(typeof(CompletionCommand).Assembly.GetManifestResourceStream(name)!);
        await session.Out.Text.WriteAsync(await script.ReadToEndAsync(cancellationToken));
    }
}
