@{
    # All default rules, aliases refused by them already, but for two that do not look into script blocks and so are wrong in every Pester file.
    ExcludeRules = @(
        'PSUseDeclaredVarsMoreThanAssignments'
        'PSReviewUnusedParameter'
    )
}
