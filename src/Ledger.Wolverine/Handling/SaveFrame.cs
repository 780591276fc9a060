using JasperFx.CodeGeneration.Frames;
using Ledger.Wolverine.Sessions;

namespace Ledger.Wolverine.Handling;

/// <summary>Appends the handler's events, and with the native engine commits.</summary>
internal sealed class SaveFrame : MethodCall
{
    public SaveFrame()
        : base(typeof(LedgerSession), nameof(LedgerSession.SaveAsync)) =>
        CommentText = "Append what the handler has decided";
}
