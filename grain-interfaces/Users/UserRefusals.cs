namespace OrleansSocial.Users;

/// <summary>Every refusal of this slice.</summary>
public static class UserRefusals
{
    /// <summary>There is no such person.</summary>
    public static readonly Refusal NotFound = new("users.not_found", Kind.NotFound, "There is no such person.");

    /// <summary>No people were named, or too many.</summary>
    public static readonly Refusal IdsCount = new("users.ids_count", Kind.Unprocessable, "Ask for the profiles of 1 to 100 people at once.");

    /// <summary>The display name shows nothing or is too long.</summary>
    public static readonly Refusal DisplayName = new("users.display_name", Kind.Unprocessable, "A display name has 1 to 50 characters, one of which at least can be seen.");

    /// <summary>The bio is too long.</summary>
    public static readonly Refusal Bio = new("users.bio", Kind.Unprocessable, "A bio has at most 300 characters.");

    /// <summary>The profile was changed since the version that the change is meant for.</summary>
    public static readonly Refusal Version = new("users.version", Kind.Conflict, "The profile was changed meanwhile; read it again and repeat the change.");
}
