@{
    # All default rules, aliases refused by them already, but for these.
    ExcludeRules = @(
        # Two that do not look into script blocks and so are wrong in every Pester file.
        'PSUseDeclaredVarsMoreThanAssignments'
        'PSReviewUnusedParameter'
        # Our files are UTF-8 without a byte order mark, which is what PowerShell 7 reads and writes by default.
        'PSUseBOMForUnicodeEncodedFile'
        # The module exports no function; what scripts name for themselves is no command. Its cmdlets are held to -WhatIf by their own test.
        'PSUseShouldProcessForStateChangingFunctions'
        # What the switch of that name does, and that a key stays at home without it, is among what the tests test.
        'PSAvoidUsingAllowUnencryptedAuthentication'
    )
}
