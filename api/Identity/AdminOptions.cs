using System.ComponentModel.DataAnnotations;

namespace OrleansSocial.Identity;

/// <summary>Who operates this system. Section <c>Social:Admins</c>.</summary>
public sealed class AdminOptions
{
    /// <summary>The section of the configuration.</summary>
    public const string Section = "Social:Admins";

    /// <summary>The handles of the accounts that may use the operator's routes, separated by spaces. Open them before you name them here. None by default.</summary>
    [RegularExpression(@"^([a-z0-9_]+( +[a-z0-9_]+)*)?$", ErrorMessage = "is a list of handles, separated by spaces.")]
    public string Handles { get; set; } = "";

    /// <summary>Whether a handle is among them.</summary>
    public bool Includes(string handle) => Handles.Split(' ', StringSplitOptions.RemoveEmptyEntries).Contains(handle, StringComparer.Ordinal);
}
